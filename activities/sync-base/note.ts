import { syncBaseIncidentOf } from '../../domain/sync-base-contracts.ts';
import { recordsSentence } from '../../domain/sync-base-plan.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

type Ports = Pick<Stores, 'syncBases' | 'alerts' | 'logs'>;

/** Why a base cannot be used, for people. */
export interface BaseProblem {
  /** A code of the error table. */
  readonly code: string;
  readonly text: string;
}

/** An outage that is shorter than this is nobody's business. */
export const defaultGraceMs = 60_000;

const line = {
  by: { kind: 'system', id: 'airtable' },
  subject: 'service',
  before: null,
  after: null,
} as const;

/** What is wrong though a pass went through; null: nothing. */
function partialProblem({ unfit = [], refused = null, plan, records }: SyncBaseDoc): BaseProblem | null {
  if (unfit.length > 0) {
    const text = `${unfit.map(({ sentence }) => sentence).join(' ')} Everything else goes on. What is missing is made by: tributary airtable setup.`;
    return { code: 'SYNC_BASE_UNFIT', text };
  }
  const tooMany = recordsSentence(plan, records ?? 0);
  if (refused !== null) {
    const text = `Airtable did not take some rows, such as ${refused.replace(/\.?$/, '.')} All others are written, and these are tried again later.`;
    return { code: 'SYNC_BASE_REJECTED', text: tooMany === null ? text : `${text} ${tooMany}` };
  }
  return tooMany === null ? null : { code: 'SYNC_BASE_FULL', text: tooMany };
}

/** Notes that a pass went through: the alert of what was wrong is over. */
export async function noteDone(stores: Ports, doc: SyncBaseDoc, at: Date): Promise<void> {
  const { _id } = doc;
  const noted = partialProblem(doc);
  await stores.syncBases.change(_id, ({ problem: was }) => ({
    passedAt: at,
    problem: noted === null ? null : { ...noted, since: was?.code === noted.code ? was.since : at },
  }));
  // Of what is full the number grows by each row of Logs: that it is so is said once.
  if (
    noted !== null &&
    (noted.code !== doc.problem?.code || noted.code === 'SYNC_BASE_UNFIT') &&
    noted.text !== doc.problem?.text
  ) {
    const text = `The SYNC base ${_id} in Airtable: ${noted.text}`;
    await stores.logs.add({ ...line, at, text }, `airtable-${_id}-${noted.code}`);
  }
  await stores.alerts.settle(
    syncBaseIncidentOf(_id),
    `The SYNC base ${_id} in Airtable works again and is up to date.`,
  );
}

/** That it does not answer may be over in a moment; all else stays until a person does something. */
const mayPass = (code: string): boolean => code.startsWith('DESTINATION_');

/**
 * Notes that a base cannot be used, by each try, so that it is known before a pass gives up. Once it has been so for
 * longer than `graceMs` people are told, by an alert and a row in Logs, once for each time that it stands still.
 */
export async function noteProblem(
  stores: Ports,
  baseId: string,
  problem: BaseProblem,
  { at, graceMs }: { readonly at: Date; readonly graceMs: number },
): Promise<void> {
  const { problem: noted } = await stores.syncBases.change(baseId, ({ problem: was, passedAt }) => {
    // What a pass that went through had noted is another matter.
    const goesOn = was !== null && (passedAt === null || was.since > passedAt);
    return goesOn && was.code === problem.code && was.text === problem.text
      ? null
      : { problem: { ...problem, since: goesOn ? was.since : at } };
  });
  const since = noted?.since ?? at;
  if (mayPass(problem.code) && at.getTime() - since.getTime() < graceMs) return;
  const incident = syncBaseIncidentOf(baseId);
  const text = `The SYNC base ${baseId} in Airtable cannot be used: ${problem.text} Everything else goes on; what is missing there is caught up.`;
  await stores.alerts.raise({
    ...{ incident, cause: 'airtable', title: 'SYNC base in Airtable stands still', reason: text, since },
    command: 'tributary airtable status',
    occurrence: { id: `${incident}/${since.toISOString()}`, text, at },
  });
  await stores.logs.add({ ...line, at: since, text }, `airtable-${baseId}`);
}
