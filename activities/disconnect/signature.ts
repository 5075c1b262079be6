import type { SecretBox } from '../../platform/crypto.ts';
import type { CompanyReceiptDoc, KeptDeletion, ReceiptDoc, ReceiptEntry } from '../../stores/model.ts';

const purpose = 'receipt';

type Unsigned<T> = Omit<T, 'signature'>;

const entriesText = (entries: readonly ReceiptEntry[]) =>
  entries.map(({ name, outcome, count, hash }) => [name, outcome, count, hash]);

/** The text of a receipt that is signed: every field, in an order that no store can change. */
function receiptText(receipt: Unsigned<Omit<ReceiptDoc, 'keptDeleted'>>): string {
  const { _id, by, at, grantRevoked, keptData, resources, collections } = receipt;
  const parts = [_id, by.kind, by.id, at.toISOString(), grantRevoked, keptData, resources];
  return JSON.stringify([...parts, entriesText(collections)]);
}

const keptText = (receiptId: string, { by, at, collections }: Unsigned<KeptDeletion>): string =>
  JSON.stringify(['kept', receiptId, by.kind, by.id, at.toISOString(), entriesText(collections)]);

function companyText(receipt: Unsigned<CompanyReceiptDoc>): string {
  const { _id, by, at, endedAt, keptData, connections, connectLinks } = receipt;
  const rows = connections.map(({ id, receiptId, grantRevoked, deleted }) => [
    ...[id, receiptId, grantRevoked, deleted],
  ]);
  const parts = ['company', _id, by.kind, by.id, at.toISOString(), endedAt.toISOString(), keptData];
  return JSON.stringify([...parts, rows, connectLinks]);
}

export const signReceipt = (
  secrets: SecretBox,
  receipt: Unsigned<Omit<ReceiptDoc, 'keptDeleted'>>,
): ReceiptDoc => ({ ...receipt, signature: secrets.sign(receiptText(receipt), purpose) });

export const signKeptDeletion = (
  secrets: SecretBox,
  receiptId: string,
  kept: Unsigned<KeptDeletion>,
): KeptDeletion => ({ ...kept, signature: secrets.sign(keptText(receiptId, kept), purpose) });

export const signCompanyReceipt = (
  secrets: SecretBox,
  receipt: Unsigned<CompanyReceiptDoc>,
): CompanyReceiptDoc => ({ ...receipt, signature: secrets.sign(companyText(receipt), purpose) });

/** Whether a receipt, with what it tells of kept data that was deleted later, is as it was written. */
export function receiptIsGenuine(secrets: SecretBox, { keptDeleted, ...receipt }: ReceiptDoc): boolean {
  if (!secrets.verify(receiptText(receipt), receipt.signature, purpose)) return false;
  if (keptDeleted === undefined) return true;
  return secrets.verify(keptText(receipt._id, keptDeleted), keptDeleted.signature, purpose);
}

export const companyReceiptIsGenuine = (secrets: SecretBox, receipt: CompanyReceiptDoc): boolean =>
  secrets.verify(companyText(receipt), receipt.signature, purpose);
