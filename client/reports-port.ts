import type { Client } from '@temporalio/client';
import { type FillStart, type FillWish, fillReports } from '../activities/reports/fill.ts';
import { startReport } from '../activities/reports/start.ts';
import { TributaryError } from '../domain/errors.ts';
import {
  defaultReportDurations,
  type ReportDurations,
  type ReportInput,
} from '../domain/report-contracts.ts';
import type { Stores } from '../stores/open.ts';
import { engineError } from './engine-errors.ts';

/** What the API needs of the engine for reports. */
export interface ReportsPort {
  /** @throws {TributaryError} ENGINE_UNAVAILABLE */
  start(input: Omit<ReportInput, 'durations'>): Promise<'started' | 'joined'>;
  /** See {@link fillReports}. @throws {TributaryError} ENGINE_UNAVAILABLE */
  fill(wish: FillWish): Promise<FillStart>;
  /** After so long a report that is due and not there is missing. */
  readonly missingMs: number;
}

/** What the port is made of. */
export interface ReportsOptions {
  readonly stores: Pick<Stores, 'automations' | 'reports' | 'reportTypes'>;
  /** Of workflows and short activities. */
  readonly taskQueue: string;
  /** Frozen into each report that is started here. */
  readonly durations?: ReportDurations;
  /** How long an answer of the engine is waited for. @default 5000 */
  readonly answerMs?: number;
}

/** What answers where an API was started without an engine. */
export const withoutReports: ReportsPort = {
  start: () => absent(),
  fill: () => absent(),
  missingMs: defaultReportDurations.missingMs,
};

/** The one place in client/ that talks to the engine about reports. */
export function createReportsPort(client: Client, options: ReportsOptions): ReportsPort {
  const { stores, taskQueue, durations = defaultReportDurations, answerMs = 5_000 } = options;
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + answerMs, ask);
    } catch (error) {
      throw engineError(error);
    }
  };
  return {
    async start(input) {
      const company = (await stores.reportTypes.get(input.type))?.company;
      return asked(() => startReport(client, taskQueue, { ...input, company, durations }));
    },
    fill: (wish) => asked(() => fillReports({ stores, client, taskQueue, durations }, wish)),
    missingMs: durations.missingMs,
  };
}

async function absent(): Promise<never> {
  throw new TributaryError('ENGINE_UNAVAILABLE', 'This API was started without an engine for reports.');
}
