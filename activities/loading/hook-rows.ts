import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { valueAt } from '../../connectors/pointer.ts';
import type { Source, SourcePage } from '../../connectors/source.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { InboxEntry } from '../../stores/inbox.ts';
import type { LoadInput } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';

/** One may be as large as the API takes them. */
const hooksPerPage = 20;

const when = (time: Date | undefined): number => time?.getTime() ?? 0;

/** In the order in which it happened; where the app does not say, in the order in which it came. */
export const byOccurrence = (a: InboxEntry, b: InboxEntry): number =>
  when(a.occurredAt ?? a.receivedAt) - when(b.occurredAt ?? b.receivedAt) ||
  when(a.receivedAt) - when(b.receivedAt) ||
  (a._id < b._id ? -1 : 1);

/** Rows in one hook: where the definition says, one object counts as a list of one, and nothing as none. */
function rowsIn(body: JsonValue, pointer: string | undefined): readonly JsonValue[] {
  const found = valueAt(body, pointer ?? '');
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? (found as JsonValue[]) : [found as JsonValue];
}

/**
 * For a definition whose webhooks carry the data (`data: body`): the rows of the hooks that this session took for a
 * resource, some hooks a page, in the order in which they happened. The app is not asked, and the rows say nothing of
 * what else changed: the resource's cursor must stay where it is.
 * @returns null when the webhooks carry no data, or the session took none of this resource: then the app is asked.
 */
export async function hookSource(
  { stores, secrets }: Pick<ActivityPorts, 'stores' | 'secrets'>,
  { connectionId, generation, sessionId, resource }: LoadInput,
  definition: ConnectorDefinition,
): Promise<Source | null> {
  if (definition.webhooks?.data !== 'body') return null;
  const [only, ...others] = definition.resources;
  const resourceOf = (hook: InboxEntry) => hook.resource ?? (others.length === 0 ? only?.id : undefined);
  const taken = await stores.inbox.takenBy({ connectionId, generation, sessionId });
  const hooks = taken
    .filter((hook) => hook.meaning === 'load' && resourceOf(hook) === resource)
    .sort(byOccurrence);
  if (hooks.length === 0) return null;
  const { rows } = definition.webhooks;

  async function pageAt(start: number): Promise<SourcePage> {
    const next = start + hooksPerPage;
    const found = await stores.inbox.many(hooks.slice(start, next).map(({ _id }) => _id));
    const bodies = found.flatMap(({ _id, payload }) =>
      payload === null ? [] : [secrets.open(payload, secretContext.inbox(_id))],
    );
    return {
      rows: bodies.flatMap((body) => rowsIn(body, rows)),
      next: next < hooks.length ? next : null,
    };
  }
  return {
    async *read({ from, signal }) {
      let start: number | null = typeof from === 'number' ? from : 0;
      while (start !== null) {
        signal.throwIfAborted();
        const page: SourcePage = await pageAt(start);
        yield page;
        start = page.next as number | null;
      }
    },
  };
}
