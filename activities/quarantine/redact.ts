import { excerpt } from '../../connectors/redact.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { FieldRules } from '../loading/fields.ts';
import { namesOf } from '../loading/paths.ts';

/** Names of fields that hold secrets, whatever the app calls the rest of them. */
const secretName =
  /(^|[_.-])(token|secret|password|passwd|pwd|signature|hmac|credentials?|authorization|jwt)$|(api|access|private|client)[_.-]?(key|token|secret)$|(Token|Secret|Password)$/;
/** Characters of one text that are shown. */
const longest = 500;
/** Parts of one list or object that are shown. */
const widest = 200;
const deepest = 20;

/**
 * A row as people may see it, whatever their role: what the field rules drop or hash is hidden (also where a rule is
 * newer than the row), and what looks like a secret by its name or its value.
 */
export function createRedaction({ only, drop, hash }: FieldRules): (payload: JsonValue) => JsonValue {
  const hidden = new Set([...drop, ...hash].map((field) => namesOf(field).join('/')));
  const shown = only?.map((field) => namesOf(field).join('/'));
  const isShown = (path: string): boolean =>
    shown === undefined ||
    shown.some((one) => one === path || one.startsWith(`${path}/`) || path.startsWith(`${one}/`));

  function look(value: JsonValue, path: string, depth: number): JsonValue {
    if (typeof value === 'string') {
      const text = excerpt(value, [], longest);
      return value.length > longest ? `${text} [cut]` : text;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (depth > deepest) return '[cut]';
    // A path goes through lists as it goes through objects.
    if (Array.isArray(value))
      return value.slice(0, widest).map((one) => look(one as JsonValue, path, depth + 1));
    const entries = Object.entries(value as Readonly<Record<string, JsonValue>>).slice(0, widest);
    return Object.fromEntries(
      entries.map(([name, inner]): [string, JsonValue] => {
        const at = path === '' ? name : `${path}/${name}`;
        if (hidden.has(at) || !isShown(at)) return [name, '[hidden]'];
        if (secretName.test(name) && inner !== null) return [name, '[redacted]'];
        return [name, look(inner, at, depth + 1)];
      }),
    );
  }
  return (payload) => look(payload, '', 0);
}
