import { TributaryError } from '../../domain/errors.ts';
import type { DestinationTarget } from '../../domain/report-target.ts';
import type { ReportDoc, ReportTypeDoc } from '../../stores/model.ts';
import { toFailure } from '../failure.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { deliveryOf, settingsOf } from '../sync/open.ts';
import type { CollectedReport, ReportRef } from './contracts.ts';
import { createDeliverer, noCounts } from './deliverer.ts';
import { openReport, requireOwn } from './open.ts';
import { deliveryTargetOf } from './target.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'delivery' | 'secrets'>;
type Input = ReportRef & CollectedReport;

/** See `ReportHeavyActivities`. */
export function deliverReport(ports: Ports, input: Input): Promise<void> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { report, type } = await openReport(ports.stores, input);
    // The target may have been changed since the report began.
    if (type.target.kind === 'mongodb') return;
    try {
      await deliver(ports, input, { report, type, target: type.target, life });
    } catch (error) {
      // A quota does not come back within moments.
      const spent = error instanceof TributaryError && error.code === 'DESTINATION_QUOTA';
      throw spent ? toFailure(error, { final: true }) : error;
    }
  });
}

interface Work {
  readonly report: ReportDoc;
  readonly type: ReportTypeDoc;
  readonly target: DestinationTarget;
  readonly life: Life;
}

async function deliver(ports: Ports, input: Input, { report, type, target, life }: Work): Promise<void> {
  const { stores } = ports;
  const { destinationId, object } = target;
  const begun = { destinationId, object, stage: input.stage, startedAt: new Date() };
  // Where the rows are must be known if this fails: they stay.
  await note({ ...begun, endedAt: null, counts: noCounts, rejected: [] });
  const destination = await stores.destinations.get(destinationId);
  if (destination === null)
    throw new TributaryError('DESTINATION_GONE', `There is no destination "${destinationId}" any more.`);
  const driver = deliveryOf(ports).driver(destination.kind);
  const delivery = await driver.open(
    settingsOf(ports, destination, life.signal),
    deliveryTargetOf(type._id, target),
    // A file may be named by it.
    `${type._id}.${report.slot.replaceAll(':', '')}.${report.runs}`,
  );
  const deliverer = createDeliverer({
    ...{ report, target, delivery, life, stage: input.stage },
    limits: driver.description.limits,
    rows: stores.reportRows.of(type._id),
    kept: stores.reportDeliveries.of(type._id),
    mayWrite: async () => void requireOwn(await stores.reports.get(report._id), input),
  });
  try {
    await deliverer.run();
  } catch (error) {
    // What is certain is told, whatever went wrong with the rest.
    await note({ ...begun, endedAt: null, ...deliverer.result() }).catch(() => undefined);
    throw error;
  } finally {
    await delivery.close();
  }
  const { counts, rejected } = deliverer.result();
  await note({ ...begun, endedAt: new Date(), counts, rejected });
  const there = counts.inserted + counts.updated + counts.removed + counts.unchanged + counts.kept;
  const [first] = rejected;
  if (there === 0 && first !== undefined)
    throw new TributaryError(
      'ROWS_REJECTED',
      `The destination rejected all ${counts.rejected} rows. The first, ${first.key}: ${first.code}: ${first.message}`,
    );

  async function note(delivered: NonNullable<ReportDoc['delivery']>): Promise<void> {
    await stores.reports.change(report._id, (doc) => {
      requireOwn(doc, input);
      return { delivery: delivered };
    });
  }
}
