import type { Stores } from '../../stores/open.ts';
import { at, person } from './support.ts';

/** An incident that was told to a channel, acknowledged and retried, and who sends. */
export async function fillAlerts(stores: Stores): Promise<void> {
  const { alerts } = stores;
  const incident = 'report/sales/2026-01-01';
  await alerts.raise({
    ...{ incident, cause: 'report', title: 'Report sales failed', reason: 'The app was silent.', since: at },
    ...{ link: 'http://ui.example', command: 'tributary report retry' },
    retry: { kind: 'report', type: 'sales', slot: '2026-01-01' },
    occurrence: { id: '1', text: 'It failed.', at },
  });
  await alerts.acknowledge(incident, person);
  await alerts.change(incident, () => ({ retried: { by: 'U0ANN', at, number: 1, occurrences: 1 } }));
  await alerts.lease('process', 60_000);
}
