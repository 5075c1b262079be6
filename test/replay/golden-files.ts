import { readdir, readFile, writeFile } from 'node:fs/promises';
import { type History, historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** A kept history: what the engine recorded of one run. */
export interface GoldenHistory {
  /** `<scenario>.<workflow type>` */
  readonly name: string;
  readonly workflowId: string;
  readonly history: History;
}

const folder = new URL('../golden/', import.meta.url);
const ending = '.json';

/** Who recorded it, where its code lies and under which internal numbers means nothing to a replay. */
const dropped = new Set([
  'stackTrace',
  'taskId',
  'identity',
  'requestId',
  'workerVersion',
  'historySizeBytes',
  'meteringMetadata',
]);

interface StoredHistory {
  readonly workflowId: string;
  readonly events: readonly unknown[];
}

/** Writes a history as JSON, one event a line, so that git shows what a flow does differently. */
export async function writeGolden({ name, workflowId, history }: GoldenHistory): Promise<void> {
  const { events } = JSON.parse(historyToJSON(history)) as StoredHistory;
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value) => (dropped.has(key) ? undefined : value)),
  );
  const text = `{"workflowId":${JSON.stringify(workflowId)},"events":[\n${lines.join(',\n')}\n]}\n`;
  await writeFile(new URL(`${name}${ending}`, folder), text);
}

/** Every kept history, in the order of the names. */
export async function readGolden(): Promise<GoldenHistory[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(ending)).sort();
  return Promise.all(
    files.map(async (file) => {
      const { workflowId, events } = JSON.parse(
        await readFile(new URL(file, folder), 'utf8'),
      ) as StoredHistory;
      return { name: file.slice(0, -ending.length), workflowId, history: historyFromJSON({ events }) };
    }),
  );
}
