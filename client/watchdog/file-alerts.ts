import { acknowledged, type Incident, raised, settled } from '../../domain/alerts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { type Alerts, isDone } from '../../stores/alerts.ts';
import type { AlertDoc } from '../../stores/model.ts';
import type { StateFile } from './state-file.ts';

/**
 * The outbox of one incident in the watchdog's own file: the sender of alerts works on it as on the one in the store,
 * which may be what is gone.
 */
export function createFileAlerts(file: StateFile, now: () => Date = () => new Date()): Alerts {
  const known = (): AlertDoc | null => file.state.incident;

  async function put(doc: AlertDoc): Promise<AlertDoc> {
    await file.save({ incident: doc });
    return doc;
  }
  function held(id: string): AlertDoc {
    const doc = known();
    if (doc?._id !== id) throw new TributaryError('NOT_FOUND', `There is no alert ${id}.`);
    return doc;
  }
  const change: Alerts['change'] = async (id, compute) => {
    const doc = held(id);
    const set = compute(doc);
    return set === null ? doc : put({ ...doc, ...set, seq: doc.seq + 1, updatedAt: now() });
  };
  const turn = (id: string, next: (doc: AlertDoc) => Incident): Promise<AlertDoc> =>
    change(id, (doc) => {
      const after = next(doc);
      return after === doc ? null : { ...after, done: isDone(after) };
    });

  return {
    async raise(alert) {
      if (known()?._id === alert.incident) {
        await turn(alert.incident, (doc) => raised(doc, alert, now()));
        return;
      }
      const fresh = raised(null, alert, now());
      await put({ ...fresh, _id: alert.incident, seq: 1, updatedAt: now(), delivery: {}, done: false });
    },
    async settle(incident, resolution) {
      if (known()?._id === incident) await turn(incident, (doc) => settled(doc, resolution, now()));
    },
    acknowledge: (incident, by) => turn(incident, (doc) => acknowledged(doc, by, now())),
    get: async (incident) => (known()?._id === incident ? known() : null),
    open: async () => [known()].filter((doc) => doc !== null && !doc.done) as AlertDoc[],
    list: async () => [known()].filter((doc) => doc !== null),
    change,
    /** The last one stays: by its number the next one is another one. */
    expire: async () => undefined,
    /** The file has one watchdog. */
    lease: async () => true,
    release: async () => undefined,
  };
}
