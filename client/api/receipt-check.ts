import { companyReceiptIsGenuine, receiptIsGenuine } from '../../activities/disconnect/signature.ts';
import type { CompanyReceiptDoc, ReceiptDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import type { Verification } from './schemas/receipts.ts';
import { receiptView } from './views/receipt.ts';

type Deps = Pick<RouteDeps, 'stores' | 'secrets'>;
type Found = Verification['deviations'][number];

const signature = (receiptId: string): Found => ({
  receiptId,
  name: null,
  problem: 'SIGNATURE',
  message:
    'The receipt is not as it was written, or TRIBUTARY_SECRETS_KEYS no longer names the key that signed it.',
});

async function deviationsOf({ stores, secrets }: Deps, doc: ReceiptDoc): Promise<Found[]> {
  const { connectionId, generation } = receiptView(doc);
  const found: Found[] = receiptIsGenuine(secrets, doc) ? [] : [signature(doc._id)];
  const connection = await stores.connections.get(connectionId);
  if (connection?.generation === generation && connection.status !== 'DISCONNECTED')
    found.push({
      ...{ receiptId: doc._id, name: null, problem: 'NOT_ENDED' },
      message: `Connection ${connectionId} is ${connection.status}: its disconnect has not ended. Disconnect it again.`,
    });
  const later = new Map(doc.keptDeleted?.collections.map((entry) => [entry.name, entry]));
  const entries = doc.collections.map((entry) =>
    entry.outcome === 'kept' ? (later.get(entry.name) ?? entry) : entry,
  );
  const owner = { connectionId, generation, resources: doc.resources };
  const compared = await stores.compare(owner, entries);
  return [...found, ...compared.map((one) => ({ receiptId: doc._id, ...one }))];
}

/** Compares a receipt with the store as it is now. */
export async function checkReceipt(deps: Deps, doc: ReceiptDoc): Promise<Verification> {
  const deviations = await deviationsOf(deps, doc);
  return { id: doc._id, sound: deviations.length === 0, deviations };
}

/** The same for a company: its own receipt, and those of all its connections. */
export async function checkCompanyReceipt(deps: Deps, doc: CompanyReceiptDoc): Promise<Verification> {
  const deviations: Found[] = companyReceiptIsGenuine(deps.secrets, doc) ? [] : [signature(doc._id)];
  const receipts = await deps.stores.receipts.getMany(doc.connections.map(({ receiptId }) => receiptId));
  for (const { receiptId } of doc.connections) {
    const receipt = receipts.find(({ _id }) => _id === receiptId);
    if (receipt === undefined)
      deviations.push({
        ...{ receiptId, name: null, problem: 'MISSING' },
        message: `There is no receipt "${receiptId}" any more.`,
      });
    else deviations.push(...(await deviationsOf(deps, receipt)));
  }
  return { id: doc._id, sound: deviations.length === 0, deviations };
}
