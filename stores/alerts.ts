import type { Db } from 'mongodb';
import {
  type AlertRaise,
  acknowledged,
  type Incident,
  nextMessage,
  raised,
  settled,
} from '../domain/alerts.ts';
import type { Actor } from '../domain/contracts.ts';
import { createChange } from './changed.ts';
import { getOne, insertOnce } from './commands.ts';
import { createLeases } from './leases.ts';
import type { AlertDoc, LeaseDoc } from './model.ts';
import { collections } from './names.ts';

const sender = 'sender';

/**
 * What a person must hear of, until it was told: the outbox of alerts. Everything here only writes; the sender tells.
 * Safe from several processes at once.
 */
export function createAlerts(db: Db, now: () => Date = () => new Date()) {
  const alerts = db.collection<AlertDoc>(collections.alerts);
  const leases = createLeases(db.collection<LeaseDoc>(collections.alertLeases), now);
  const change = createChange(alerts, 'alert');

  /** Changes the incident only; null: it stays as it is. */
  async function turn(id: string, next: (known: AlertDoc) => Incident): Promise<AlertDoc> {
    return change(id, (doc) => {
      const after = next(doc);
      return after === doc ? null : { ...incidentOf(after), done: isDone(after) };
    });
  }

  return {
    /** Opens the incident, or adds the occurrence to it; the same occurrence again changes nothing. */
    async raise(alert: AlertRaise): Promise<void> {
      if ((await getOne(alerts, alert.incident)) === null) {
        const at = now();
        const fresh = raised(null, alert, at);
        const doc = { ...fresh, _id: alert.incident, seq: 1, updatedAt: at, delivery: {}, done: false };
        if (await insertOnce(alerts, doc)) return;
      }
      await turn(alert.incident, (known) => raised(known, alert, now()));
    },

    /**
     * The cause is gone, it seems: once it has stayed so for the hold-down time, the incident is resolved. Without an
     * open incident of that name nothing happens.
     * @param resolution How it ended, in one sentence for people.
     */
    async settle(incident: string, resolution: string): Promise<void> {
      if ((await getOne(alerts, incident))?.status !== 'open') return;
      await turn(incident, (known) => settled(known, resolution, now()));
    },

    /** Somebody takes care of it; the first one counts. @throws {TributaryError} NOT_FOUND */
    acknowledge: (incident: string, by: Actor): Promise<AlertDoc> =>
      turn(incident, (known) => acknowledged(known, by, now())),

    get: (incident: string): Promise<AlertDoc | null> => getOne(alerts, incident),

    /** Incidents that are not over, or of which somebody has to be told yet; oldest first. */
    open: (): Promise<AlertDoc[]> => alerts.find({ done: false }).sort({ openedAt: 1, _id: 1 }).toArray(),

    /** Open ones first, then newest first. Looks at every incident. */
    async list(limit = 200): Promise<AlertDoc[]> {
      const over = ({ status }: AlertDoc) => (status === 'resolved' ? 1 : 0);
      const all = await alerts.find({}).toArray();
      return all
        .sort((a, b) => over(a) - over(b) || b.openedAt.getTime() - a.openedAt.getTime())
        .slice(0, limit);
    },

    /** For the sender. See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change,

    /** Deletes incidents that were over before. */
    async expire(before: Date): Promise<void> {
      await alerts.deleteMany({ done: true, resolvedAt: { $lt: before } });
    },

    /**
     * Takes the right to send for so long, or keeps it; of several processes at most one has it.
     * @returns whether the caller has it
     */
    lease: (holder: string, forMs: number): Promise<boolean> => leases.lease(sender, holder, forMs),

    /** Gives the right to send back, if the holder has it. */
    release: (holder: string): Promise<void> => leases.release(sender, holder),
  };
}

/** The incident without what the store adds. */
function incidentOf(after: Incident): Incident {
  const { _id, seq, updatedAt, delivery, done, ...incident } = after as AlertDoc;
  return incident;
}

/** Whether nothing is left to tell of it. */
export const isDone = (incident: Incident): boolean =>
  incident.status === 'resolved' && nextMessage(incident) === null;

export type Alerts = ReturnType<typeof createAlerts>;
