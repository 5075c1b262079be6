import type { Exchange, PageToken } from '../../connectors/source.ts';
import type { Place, StoredExchange } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { FieldRules } from './fields.ts';
import { namesOf } from './paths.ts';

/** Exchanges that are kept of a resource in a session. */
const kept = 10;

/** Keeps the last requests and answers of one resource; `save` writes them, so that no page costs a write. */
export function createExchangeLog(
  { exchanges: store }: Pick<Stores, 'exchanges'>,
  id: { readonly sessionId: string; readonly resource: string; readonly connectionId: string },
  rules: FieldRules,
) {
  const mask = createMask(rules);
  let log: StoredExchange[] = [];
  let saved: Promise<void> | undefined;
  let fresh = false;

  /** Those of earlier attempts. */
  const begin = async (): Promise<void> => {
    const [before] = await store.many(id.sessionId, [id.resource]);
    log = [...(before?.exchanges ?? []), ...log].slice(-kept);
  };

  return {
    add: ({ headers, page, excerpt, ...exchange }: Exchange): void => {
      fresh = true;
      log.push({
        ...exchange,
        headers: Object.entries(headers),
        page: page === null ? null : JSON.stringify(page),
        excerpt: excerpt === null ? null : mask(excerpt),
        firstRow: null,
      });
      if (log.length > kept) log.shift();
    },
    /** Says where the first row of the page that came last will be stored. */
    place: (page: PageToken | null, firstRow: Place): void => {
      const token = page === null ? null : JSON.stringify(page);
      const last = log.at(-1);
      if (last !== undefined && last.firstRow === null && last.page === token && last.error === null)
        log[log.length - 1] = { ...last, firstRow };
    },
    async save(): Promise<void> {
      saved ??= begin();
      await saved;
      if (!fresh) return;
      fresh = false;
      const { sessionId, resource, connectionId } = id;
      await store.put({
        _id: `${sessionId}/${resource}`,
        connectionId,
        exchanges: log.slice(-kept),
        updatedAt: new Date(),
      });
    },
  };
}

/** What a refusal calls its own parts: shown although no list of fields names them. */
const ofErrors = ['error', 'errors', 'message', 'code', 'detail', 'details', 'title', 'status', 'type'];
/** A name of a JSON text with what follows it: a text (perhaps cut), a plain value, or the rest from a bracket on. */
const member = /"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"?|[^\s",{}[\]]+|[{[])/g;

/**
 * Hides the values of dropped and hashed fields in the beginning of an answer. It may be cut anywhere and be no JSON at
 * all, so it goes by the names; from a hidden list or object on nothing is shown.
 */
export function createMask({ only, drop, hash }: FieldRules): (excerpt: string) => string {
  const last = (fields: readonly string[]) => fields.map((field) => namesOf(field).at(-1) ?? '');
  const hidden = new Set(last([...drop, ...hash]));
  const shown = only === null ? null : new Set([...only.flatMap(namesOf), ...ofErrors]);
  if (hidden.size === 0 && shown === null) return (excerpt) => excerpt;
  return (excerpt) => {
    let end = excerpt.length;
    const masked = excerpt.replace(member, (whole, name: string, value: string, at: number) => {
      if (at >= end) return '';
      if (!hidden.has(name) && shown?.has(name) !== false) return whole;
      if (value === '{' || value === '[') end = at;
      return `"${name}":"[hidden]"`;
    });
    if (end === excerpt.length) return masked;
    const before = excerpt.slice(0, end);
    return `${createMask({ only, drop, hash })(before)}[hidden]`;
  };
}
