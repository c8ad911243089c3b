/**
 * The value of a `--param name=value` that goes into JSON: `0.7`, `true` and `{"a":1}` are sent as what they look like;
 * anything else, and `"7"` in quotes, as a string.
 */
export function typedParam(value: string): unknown {
  try {
    const parsed: unknown = JSON.parse(value);
    // `1e999` is read as a number that JSON has no word for.
    return parsed === null || parsed === Infinity || parsed === -Infinity ? value : parsed;
  } catch {
    return value;
  }
}
