import type { ReceiptDoc } from '../../../stores/model.ts';
import type { Receipt } from '../schemas/connections.ts';

/** What a disconnect deleted. Its id is `<connectionId>/<generation>`. */
export function receiptView({ _id, by, at, grantRevoked, keptData, collections }: ReceiptDoc): Receipt {
  const slash = _id.lastIndexOf('/');
  return {
    id: _id,
    connectionId: _id.slice(0, slash),
    generation: Number(_id.slice(slash + 1)),
    by,
    at: at.toISOString(),
    grantRevoked,
    keptData,
    collections: [...collections],
  };
}
