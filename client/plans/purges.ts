import type { ConnectionDoc, ReceiptDoc, ReceiptEntry } from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import { shownDefinition } from '../api/find.ts';

/** What becomes of one collection, or of fields in it, as the receipt will count it. */
export interface Purged extends Omit<ReceiptEntry, 'hash'> {
  readonly generation: number;
}

const keepsData = ({ keptData, keptDeleted }: ReceiptDoc): boolean => keptData && keptDeleted === undefined;

/** Whether a disconnect would still do something: one that ended has its receipt. */
export function disconnectHasWork(receipt: ReceiptDoc | null, keepData: boolean | undefined): boolean {
  return receipt === null || (keepData === false && keepsData(receipt));
}

/** What a disconnect would purge now; without `keepData` also what earlier ones kept. Empty collections are left out. */
export async function purgesOf(
  deps: RouteDeps,
  connection: ConnectionDoc,
  keepData: boolean,
): Promise<Purged[]> {
  const { stores } = deps;
  const { _id: connectionId, generation } = connection;
  const ids = Array.from({ length: generation }, (_, index) => `${connectionId}/${index + 1}`);
  const receipts = await stores.receipts.getMany(ids);
  const purged: Purged[] = [];
  if (!receipts.some(({ _id }) => _id === `${connectionId}/${generation}`)) {
    const resources = resourcesOf(deps, connection);
    const told = await stores.preview({ connectionId, generation, resources }, { keepData });
    purged.push(...told.map((one) => ({ ...one, generation })));
  }
  if (!keepData)
    for (const receipt of receipts.filter(keepsData)) {
      const earlier = Number(receipt._id.slice(receipt._id.lastIndexOf('/') + 1));
      const owner = { connectionId, generation: earlier, resources: receipt.resources };
      const told = await stores.preview(owner, { keepData: false, keptOnly: true });
      purged.push(...told.map((one) => ({ ...one, generation: earlier })));
    }
  return purged.filter(({ count }) => count > 0);
}

/** Every resource that the connection may have something of. */
const resourcesOf = (deps: RouteDeps, { app, resources }: ConnectionDoc): string[] => [
  ...new Set([
    ...resources.map(({ id }) => id),
    ...(shownDefinition(deps, app)?.resources.map(({ id }) => id) ?? []),
  ]),
];
