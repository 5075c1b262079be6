import { fileURLToPath } from 'node:url';
import type { ReportTypeBody } from '../../api/schemas/reports.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { readObject } from '../commands/deliver-input.ts';
import { salesReport } from './companies.ts';

const file = fileURLToPath(new URL('../../../examples/sales-report.yaml', import.meta.url));

/**
 * The storefront comes with a report type: its sales of a day. One that is there already stays as people have set it.
 * @throws {TributaryError} as the API answers
 */
export async function offerSalesReport(
  api: Pick<TributaryClient, 'listReportTypes' | 'createReportType'>,
): Promise<void> {
  const { reportTypes } = await api.listReportTypes();
  if (reportTypes.some(({ id }) => id === salesReport)) return;
  const body = { ...(await readObject(file)), id: salesReport };
  await api.createReportType(body as unknown as ReportTypeBody);
}
