export type Catalogue = Record<string, Record<string, unknown>>

/** `./en/access.json` becomes the key `access`. */
export function byFeature(files: Record<string, Record<string, unknown>>): Catalogue {
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
  return Object.fromEntries(Object.entries(files).map(([path, messages]) => [name(path), messages]))
}
