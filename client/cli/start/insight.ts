import type { TributaryClient } from '../../tributary-client.ts';
import { plain } from '../output/table.ts';
import { companies, connectionOf } from './companies.ts';

/** What processing found of each company: its first insight, and what is expected of its first metric next. */
export async function insightLines(api: Pick<TributaryClient, 'insights' | 'forecasts'>): Promise<string[]> {
  const told = await Promise.all(
    companies.map(async (company) => {
      const connection = connectionOf(company);
      const [{ headline }, { forecasts }] = await Promise.all([
        api.insights(connection, { limit: 1 }),
        api.forecasts(connection),
      ]);
      const total = forecasts.find(({ dimension, next }) => dimension === null && next !== null);
      return [
        company.name,
        `  ${headline ?? 'Nothing stands out yet.'}`,
        `  ${total?.sentence ?? 'There is no forecast yet.'}`,
      ];
    }),
  );
  return told.flat().map(plain);
}
