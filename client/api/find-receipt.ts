import { TributaryError } from '../../domain/errors.ts';
import type { CompanyReceiptDoc, ReceiptDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection } from './find.ts';
import { notFound } from './problem.ts';

/**
 * The receipt of one generation of a connection; of the newest one that has ended unless one is named.
 * @throws {TributaryError} NOT_FOUND: no such connection, generation, or no disconnect of it
 */
export async function findReceipt(
  deps: RouteDeps,
  connectionId: string,
  wanted?: number,
): Promise<ReceiptDoc> {
  const { generation } = await findConnection(deps, connectionId);
  const { receipts } = deps.stores;
  if (wanted !== undefined && wanted > generation)
    throw notFound(
      'generation',
      String(wanted),
      `of connection ${connectionId}: its newest is ${generation}`,
    );
  // A connection that was connected again is one generation further.
  const doc =
    wanted === undefined
      ? ((await receipts.get(`${connectionId}/${generation}`)) ??
        (await receipts.get(`${connectionId}/${generation - 1}`)))
      : await receipts.get(`${connectionId}/${wanted}`);
  if (doc !== null) return doc;
  const what = wanted === undefined ? '' : `generation ${wanted} of `;
  const message = `There is no receipt: ${what}connection "${connectionId}" was not disconnected.`;
  throw new TributaryError('NOT_FOUND', message);
}

/** The receipt of the newest deletion of a company that has ended. @throws {TributaryError} NOT_FOUND */
export async function findCompanyReceipt(
  { stores }: RouteDeps,
  companyId: string,
): Promise<CompanyReceiptDoc> {
  const company = await stores.companies.get(companyId);
  if (company === null) throw notFound('company', companyId);
  const { deletions = 0 } = company;
  for (const number of [deletions, deletions - 1]) {
    const doc = await stores.receipts.ofCompany(`${companyId}/${number}`);
    if (doc !== null) return doc;
  }
  throw new TributaryError('NOT_FOUND', `There is no receipt: company "${companyId}" was not deleted.`);
}
