import { effectScope, ref, type EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ask } from '@/api/client'
import { usePicture, type LivePicture } from '@/modules/access/usePicture'

function answers(status: number, body: unknown): () => Promise<never> {
  return () => ask<never>(Promise.resolve({ error: body, response: new Response(null, { status }) }))
}

describe('a picture that was not opened', () => {
  let scope: EffectScope
  let picture: LivePicture

  beforeEach(() => {
    vi.stubGlobal('window', globalThis)
    scope = effectScope()
    picture = scope.run(() => usePicture(ref(null))) ?? expect.fail('no scope')
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  it.each(['not_granted', 'grant_suspended', 'forbidden'])('was denied when the authority said %s', async (code) => {
    await picture.open(answers(403, { code }))
    expect(picture.view).toMatchObject({ state: 'denied', code })
  })

  it.each([
    ['the database is away', answers(503, { code: 'unavailable' }), 'unavailable'],
    ['a proxy gave up waiting', answers(504, undefined), 'unavailable'],
    ['the program failed', answers(500, { code: 'internal_error' }), 'internal_error'],
    ['the time ran out', () => ask<never>(Promise.reject(new DOMException('', 'TimeoutError'))), 'unreachable'],
    ['too much was asked', answers(429, { code: 'too_many_requests' }), 'too_many_requests'],
  ])('was not denied when %s', async (_, opener, code) => {
    await picture.open(opener)
    expect(picture.view).toMatchObject({ state: 'failed', code })
  })
})
