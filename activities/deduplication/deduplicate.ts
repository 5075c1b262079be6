import { TributaryError } from '../../domain/errors.ts';
import { createRecordsOfApp } from '../../stores/own-records.ts';
import { runId } from '../../stores/structuring.ts';
import { openConnection, resourceOf } from '../connection.ts';
import type { SessionRef } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { refreshDatapoints } from '../processing/datapoints/refresh.ts';
import { datapointsState } from '../processing/datapoints/state.ts';
import { type AskOther, createAskOther } from './across/ask.ts';
import { type Family, familyOf } from './across/family.ts';
import { inTurn } from './across/lease.ts';
import { passAcross } from './across/pass.ts';
import { isPart } from './across/todos.ts';
import { deduplicateResource } from './resource.ts';
import { compileRule } from './rule.ts';
import { readDecided, type Work } from './work.ts';

/**
 * Merges records of different keys that mean one thing, and parts those that a person parted: all fields of one
 * alternative are equal and not empty, over any number of records. What is merged is kept as the app has it
 * (docs/deduplication.md). The session gets more change documents for it, and the datapoints follow.
 */
export const deduplicate = (ports: ActivityPorts, input: SessionRef): Promise<{ readonly merged: number }> =>
  live('DEDUPLICATION_FAILED', (life) => deduplicateSession(ports, input, life, createAskOther(ports)));

/** Whether records of the connection are compared with those of others, or are still one with some. */
const isCompared = async (family: Family, hasRule: boolean): Promise<boolean> =>
  (family.isOn && hasRule) || isPart(family);

/** The same without the life of an activity around it. @param ask How a session of another connection is asked for */
export async function deduplicateSession(
  ports: ActivityPorts,
  input: SessionRef,
  life: Life,
  ask: AskOther,
): Promise<{ readonly merged: number }> {
  const { stores } = ports;
  const { sessionId, connectionId, generation } = input;
  const { connection, definition } = await openConnection(ports, input);
  const session = await stores.sessions.get(sessionId);
  if (session === null) throw new TributaryError('CONNECTION_GONE');
  const rules = new Map(
    connection.deduplication ? (definition.deduplication ?? []).map((rule) => [rule.resource, rule]) : [],
  );
  let merged = 0;
  for (const { id: resource } of definition.resources) {
    // Readers are told only of what the session structured: a later one that does finds these records too.
    if ((await stores.structuring.get(runId(sessionId, resource))) === null) continue;
    const rule = rules.get(resource);
    const place = [connectionId, generation, resource] as const;
    const merges = stores.merges.of(...place);
    const records = stores.records.of(...place);
    /** Made anew for each pass: others may have decided something while it waited for its turn. */
    const begin = async (): Promise<Work> => ({
      ...{ ports, input, life, resource, merges, records },
      rule: rule === undefined ? null : compileRule(rule, resourceOf(definition, resource)),
      own: createRecordsOfApp(records, merges.members),
      decided: await readDecided(merges),
      elsewhere: null,
    });
    const find = () => familyOf(stores, connection, resource, rule !== undefined);
    if (await isCompared(await find(), rule !== undefined)) {
      const passed = await inTurn(stores, connection.company, sessionId, life, async (holding) =>
        passAcross(await begin(), await find(), session.number, holding),
      );
      merged += passed.merged;
      for (const other of passed.others) await ask(other, resource);
    } else if (rule !== undefined || (await merges.members.count()) > 0)
      merged += await deduplicateResource(await begin(), session.number);
    life.progressed({ resource, merged });
  }
  // Changes of an attempt before this one are found by their documents: it looks whether there are any.
  const analysis = stores.analysis.of(connectionId, generation);
  if (definition.metrics.length > 0 && (await datapointsState(analysis)) !== null)
    await refreshDatapoints({ ports, ref: input, session, connection, definition, life });
  return { merged };
}
