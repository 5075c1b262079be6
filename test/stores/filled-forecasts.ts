import type { Stores } from '../../stores/open.ts';
import { at } from './support.ts';

/** A forecast of each kind of document, with every field that it may have. */
export async function fillForecasts(stores: Stores, connectionId: string, session: string): Promise<void> {
  const made = { session, madeAt: at };
  const record = { forecasts: 0, periods: 0, accuracy: null, sentence: 'Nothing has come yet.' };
  await stores.analysis.of(connectionId, 1).forecasts.putMany([
    { _id: '~', kind: 'directory', ...made, series: ['orders'], leftOut: [] },
    {
      ...{ _id: '~1/orders', kind: 'kept', series: 'orders', ...made, asOf: '2026-01-01' },
      ...{ model: 'theta', scale: 1, points: [] },
    },
    {
      ...{ _id: 'orders', kind: 'current', ...made, metric: 'orders', name: 'Orders', grain: 'month' },
      ...{ dimension: null, currency: null, asOf: '2026-01-01', dataEnd: null, fingerprint: 'f', record },
      outcome: { outcome: 'none', reason: 'TOO_SHORT', sentence: 'Too short.' },
      ...{ sentence: 'Orders: no forecast. Too short.', kept: [{ number: 1, first: '2026-01-01' }] },
    },
  ]);
}
