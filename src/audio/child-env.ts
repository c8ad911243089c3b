/** Of the vendors, and of our own server. No program that we start has a use for one. */
const keyVariable = /_API_KEY$|^VOX_SERVE_KEY$/i;

/** The environment for a program that is started: this process's, without the keys. */
export function childEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !keyVariable.test(name)));
}

/** Of these, the names of keys. */
export function keyVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).filter((name) => keyVariable.test(name));
}
