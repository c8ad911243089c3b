/**
 * Whether a model's name means an engine of ours: one of the engine's own names, or `local/…`, which is how a command
 * asks for whatever speaks here (a model in a URL needs a provider before its name).
 */
export function isOwnModel(model: string, names: ReadonlySet<string>): boolean {
  return names.has(model) || model.startsWith('local/');
}
