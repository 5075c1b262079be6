import { destinationBudget } from '../../../activities/sync/budget.ts';
import type { DestinationDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import type { Destination } from '../schemas/destinations.ts';

/** A destination as the API shows it; its secret is not shown to anybody. */
export async function destinationView(
  { stores, delivery, now }: Pick<RouteDeps, 'stores' | 'delivery' | 'now'>,
  doc: DestinationDoc,
): Promise<Destination> {
  const [syncs, budget] = await Promise.all([
    stores.syncs.list({ destinationId: doc._id }),
    destinationBudget({ stores }, doc, delivery.driver(doc.kind), 0, now()),
  ]);
  return {
    id: doc._id,
    kind: doc.kind,
    name: doc.name,
    configuration: doc.configuration,
    hasSecret: doc.secret !== null,
    quota: doc.quota,
    requestsThisMonth: budget.quota?.used ?? null,
    slots: doc.slots,
    syncs: syncs.map(({ _id }) => _id),
    createdAt: doc.createdAt.toISOString(),
    updatedAt: doc.updatedAt.toISOString(),
  };
}
