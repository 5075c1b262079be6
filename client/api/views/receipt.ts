import type { CompanyReceiptDoc, ReceiptDoc } from '../../../stores/model.ts';
import type { CompanyReceipt } from '../schemas/companies.ts';
import type { Receipt } from '../schemas/connections.ts';

const parts = (id: string): readonly [owner: string, number: number] => {
  const slash = id.lastIndexOf('/');
  return [id.slice(0, slash), Number(id.slice(slash + 1))];
};

/** What a disconnect deleted. Its id is `<connectionId>/<generation>`. */
export function receiptView(doc: ReceiptDoc): Receipt {
  const { _id, by, at, grantRevoked, keptData, resources, collections, keptDeleted } = doc;
  const [connectionId, generation] = parts(_id);
  return {
    id: _id,
    connectionId,
    generation,
    by,
    at: at.toISOString(),
    grantRevoked,
    keptData,
    resources: [...resources],
    collections: [...collections],
    keptDeleted:
      keptDeleted === undefined
        ? null
        : {
            by: keptDeleted.by,
            at: keptDeleted.at.toISOString(),
            collections: [...keptDeleted.collections],
          },
  };
}

/** What the deletion of a company came to. Its id is `<companyId>/<number>`. */
export function companyReceiptView(doc: CompanyReceiptDoc): CompanyReceipt {
  const { _id, by, at, endedAt, keptData, connections, connectLinks } = doc;
  return {
    id: _id,
    companyId: parts(_id)[0],
    by,
    at: at.toISOString(),
    endedAt: endedAt.toISOString(),
    keptData,
    connections: [...connections],
    connectLinks,
  };
}
