/**
 * The text of a member of a JSON object, as it stands there: numbers too great for us, and the order of names, come
 * back unchanged.
 * @param json Text of an object that was parsed before.
 * @returns undefined where it has no such member; of several the last, as `JSON.parse` has it
 */
export function memberText(json: string, name: string): string | undefined {
  let found: string | undefined;
  let depth = 0;
  let key: string | undefined;
  let start = -1;
  const ends = (at: number): void => {
    if (key === name && start >= 0) found = json.slice(start, at).trim();
    key = undefined;
    start = -1;
  };
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') {
      const from = at;
      at = endOfText(json, at);
      if (depth === 1 && key === undefined) key = JSON.parse(json.slice(from, at + 1)) as string;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) ends(at);
    } else if (depth === 1 && char === ':' && start < 0) start = at + 1;
    else if (depth === 1 && char === ',') ends(at);
  }
  return found;
}

/** Where the text that begins at a quote ends: its closing quote. */
function endOfText(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at++) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at;
  }
  return json.length;
}
