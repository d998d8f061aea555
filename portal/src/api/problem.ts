export interface FieldError {
  field: string
  message: string
}

/** A refusal by the program (RFC 9457). `code` is a key of the message catalogue under `code.`. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(code)
  }

  /** The authority decided so; everything else (a time-out, 503, …) is a fault of ours and not told as a denial. */
  get isDenial(): boolean {
    return this.status === 403
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return []
  return value.filter(isRecord).map((e) => ({ field: String(e.field ?? ''), message: String(e.message ?? '') }))
}

/** Reads a problem document; an answer that is none becomes one by its status. */
export function problemFrom(status: number, body: unknown): Problem {
  if (isRecord(body) && typeof body.code === 'string') return new Problem(status, body.code, fieldErrors(body.errors))
  return new Problem(status, status >= 500 || status === 0 ? 'unavailable' : 'invalid_input')
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(0, 'unexpected')
}
