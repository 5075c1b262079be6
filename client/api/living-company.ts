import { requireLiving } from '../../stores/companies.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';

/**
 * Makes a connection of a company that is not being deleted. It is asked again after the write: a deletion that began
 * in between may have listed the connections before; then this one is ended here.
 * @throws {TributaryError} COMPANY_DELETED, and what `make` throws
 */
export async function inLivingCompany(
  { stores, sessions }: Pick<RouteDeps, 'stores' | 'sessions'>,
  companyId: string,
  make: () => Promise<ConnectionDoc>,
): Promise<ConnectionDoc> {
  const check = async (): Promise<void> => {
    const company = await stores.companies.get(companyId);
    if (company !== null) requireLiving(company);
  };
  await check();
  const made = await make();
  try {
    await check();
  } catch (error) {
    await sessions.disconnect(made, { by: { kind: 'system', id: 'company' }, keepData: false });
    throw error;
  }
  return made;
}
