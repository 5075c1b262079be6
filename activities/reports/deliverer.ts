import type { Delivery, DeliveryRow, DestinationLimits, RowOutcome } from '../../destinations/contract.ts';
import { tooLarge } from '../../destinations/words.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { DestinationTarget } from '../../domain/report-target.ts';
import { chunksOf } from '../../stores/commands.ts';
import type {
  RejectedReportRow,
  ReportDeliveryCounts,
  ReportDoc,
  ReportRowDeliveryDoc,
  ReportRowDoc,
} from '../../stores/model.ts';
import type { ReportDeliveries } from '../../stores/report-deliveries.ts';
import type { ReportRows } from '../../stores/report-rows.ts';
import type { Life } from '../life.ts';
import { createRowMaker, deliveredKey, type MadeRow, placeOf } from './target.ts';

export const noCounts: ReportDeliveryCounts = {
  ...{ inserted: 0, updated: 0, removed: 0, unchanged: 0, rejected: 0, kept: 0 },
};

/** Rejected rows that are shown with the report. */
const mostShown = 20;
const longestMessage = 300;
/** Rows that may wait for a destination that confirms late; then it is asked to. */
const mostUnconfirmed = 50_000;
const keysPerRead = 500;

export interface DelivererOf {
  readonly report: ReportDoc;
  readonly target: DestinationTarget;
  /** The rows that are delivered. */
  readonly stage: string;
  readonly delivery: Delivery;
  readonly limits: Pick<DestinationLimits, 'rowsPerWrite' | 'rowBytes' | 'deletes'>;
  readonly rows: ReportRows;
  readonly kept: ReportDeliveries;
  readonly life: Life;
  /** @throws {TributaryError} REPORT_TAKEN_OVER */
  readonly mayWrite: () => Promise<void>;
}

const counted = { insert: 'inserted', update: 'updated', delete: 'removed' } as const;

/** A row on its way. */
interface Sent {
  readonly doc: ReportRowDeliveryDoc;
  readonly row: DeliveryRow;
}

/**
 * Sends what the destination does not have already of the rows of a report, and deletes what is gone. Each row is noted
 * before it is sent and after its outcome, so that a repeat sends only what has none.
 */
export function createDeliverer(of: DelivererOf) {
  const { report, target, stage, delivery, limits, rows, kept, life, mayWrite } = of;
  const place = placeOf(target);
  const make = createRowMaker(report, target);
  const counts: Record<keyof ReportDeliveryCounts, number> = { ...noCounts };
  const shown: RejectedReportRow[] = [];
  /** By the key at the destination. */
  const unconfirmed = new Map<string, Sent>();
  let queue: Sent[] = [];

  const isOfThisRun = ({ run }: Pick<ReportRowDeliveryDoc, 'run'>): boolean => run === report.runs;
  const reject = ({ key, error }: ReportRowDeliveryDoc): void => {
    counts.rejected += 1;
    if (shown.length < mostShown && error !== null)
      shown.push({ key, code: error.code, message: error.message.slice(0, longestMessage) });
  };
  const docOf = (
    key: string,
    rest: Pick<ReportRowDeliveryDoc, 'action' | 'status' | 'fingerprint' | 'error'>,
  ): ReportRowDeliveryDoc => ({
    ...{ _id: `${report.slot}/${key}`, key, place, run: report.runs, at: new Date() },
    ...rest,
  });

  /** Writes down what is certain. */
  async function settle(outcomes: readonly RowOutcome[]): Promise<void> {
    const docs: ReportRowDeliveryDoc[] = [];
    for (const outcome of outcomes) {
      const sent = unconfirmed.get(outcome.key);
      if (sent === undefined) continue;
      unconfirmed.delete(outcome.key);
      const { action } = sent.doc;
      if (outcome.outcome === 'delivered') {
        counts[counted[action]] += 1;
        docs.push({ ...sent.doc, status: action === 'delete' ? 'removed' : 'delivered', at: new Date() });
      } else {
        const { code, message } = outcome;
        const doc: ReportRowDeliveryDoc = { ...sent.doc, status: 'rejected', error: { code, message } };
        reject(doc);
        docs.push(doc);
      }
    }
    if (docs.length === 0) return;
    await kept.putMany(docs);
    life.progressed({ sent: counts.inserted + counts.updated + counts.removed, rejected: counts.rejected });
  }

  async function flush(): Promise<void> {
    const [first] = queue;
    if (first === undefined) return;
    await life.stopIfAsked();
    await mayWrite();
    await kept.putMany(queue.map(({ doc }) => doc));
    for (const sent of queue) unconfirmed.set(sent.row.key, sent);
    const part = queue.map(({ row }) => row);
    queue = [];
    const idempotencyKey = `${report.type}/${stage}/${first.doc.action}/${first.doc.key}`;
    await settle(await delivery.write(part, { signal: life.signal, idempotencyKey }));
    if (unconfirmed.size >= mostUnconfirmed) await confirm();
  }

  async function confirm(): Promise<void> {
    await settle(await delivery.finish({ signal: life.signal }));
    if (unconfirmed.size > 0)
      throw new TributaryError('DESTINATION_BAD_ANSWER', `${unconfirmed.size} rows have no outcome.`);
  }

  async function send(doc: ReportRowDeliveryDoc, fields: DeliveryRow['fields']): Promise<void> {
    queue.push({ doc, row: { key: deliveredKey(report, doc.key), action: doc.action, fields } });
    if (queue.length >= limits.rowsPerWrite) await flush();
  }

  /** Why a row is not sent at all. */
  function faultOf(made: MadeRow): ReportRowDeliveryDoc['error'] {
    if ('fault' in made) return made.fault;
    const bytes = limits.rowBytes === null ? 0 : Buffer.byteLength(JSON.stringify(made.fields));
    return limits.rowBytes === null || bytes <= limits.rowBytes
      ? null
      : { code: 'ROW_TOO_LARGE', message: tooLarge(bytes, limits.rowBytes) };
  }

  /** New and changed rows, and those that were rejected before. */
  async function put(row: ReportRowDoc, known: ReportRowDeliveryDoc | undefined): Promise<void> {
    const made = make(row);
    const { fingerprint } = made;
    const before = known?.place === place && known.status !== 'removed' ? known : undefined;
    const mine = before !== undefined && isOfThisRun(before) && before.fingerprint === fingerprint;
    if (before?.status === 'delivered' && before.fingerprint === fingerprint) {
      counts[mine ? counted[before.action] : 'unchanged'] += 1;
      return;
    }
    if (mine && before.status === 'rejected') return reject(before);
    // What an earlier attempt of this run may have sent counts as it was meant.
    const action = before === undefined ? 'insert' : mine ? before.action : 'update';
    const fault = faultOf(made);
    if (fault !== null || 'fault' in made) {
      const doc = docOf(row.key, { action, status: 'rejected', fingerprint, error: fault });
      await kept.putMany([doc]);
      return reject(doc);
    }
    await send(docOf(row.key, { action, status: 'pending', fingerprint, error: null }), made.fields);
  }

  /** Rows that the destination may have and the report has no more. */
  async function removeGone(): Promise<void> {
    const forgotten: string[] = [];
    for (const part of chunksOf(await kept.slot(report.slot), keysPerRead)) {
      await life.stopIfAsked();
      const there = new Set(
        (await rows.getMany(part.map(({ key }) => `${stage}/${key}`))).map(({ key }) => key),
      );
      for (const known of part) {
        if (there.has(known.key)) continue;
        if (known.place !== place) forgotten.push(known._id);
        else if (known.status === 'removed') {
          if (isOfThisRun(known)) counts.removed += 1;
          else forgotten.push(known._id);
        } else if (known.status === 'rejected' && known.action === 'insert') forgotten.push(known._id);
        else if (!limits.deletes) counts.kept += 1;
        else
          await send(
            docOf(known.key, { action: 'delete', status: 'pending', fingerprint: null, error: null }),
            { [target.keyField]: deliveredKey(report, known.key) },
          );
      }
    }
    await flush();
    await kept.remove(forgotten);
  }

  return {
    async run(): Promise<void> {
      for await (const page of rows.pages(stage))
        for (const part of chunksOf(page, keysPerRead)) {
          await life.stopIfAsked();
          const known = await kept.getMany(part.map(({ key }) => `${report.slot}/${key}`));
          const byKey = new Map(known.map((doc) => [doc.key, doc]));
          for (const row of part) await put(row, byKey.get(row.key));
        }
      await flush();
      await removeGone();
      await confirm();
    },
    result: (): {
      readonly counts: ReportDeliveryCounts;
      readonly rejected: readonly RejectedReportRow[];
    } => ({ counts: { ...counts }, rejected: shown }),
  };
}
