import { type ConfigurationStatus, type ConnectionStatus, configurationStatuses } from './connection.ts';

/** What a lifecycle procedure answers beside its message (document 002). */
export const responseCodes = [
  'OK',
  'INVALID_CONNECTOR_STATUS',
  'INVALID_CONNECTOR_CONFIGURATION_STATUS',
  'PREREQUISITE_NOT_FOUND',
  'INVALID_INPUT',
  'CONNECTION_TEST_FAILED',
  'POOL_ALREADY_USED',
  'POOL_INACCESSIBLE',
  'INVALID_NEW_STATUS',
  'ROLLED_BACK',
  'UNKNOWN_ERROR',
] as const;

export type ResponseCode = (typeof responseCodes)[number];

/** One procedure of a connection's lifecycle: where it may be called, what it does, what it answers. */
export interface Procedure {
  /** `null`: the connection does not exist yet. */
  readonly statuses: readonly (ConnectionStatus | null)[];
  /** Asked only while CONFIGURING. */
  readonly configurationStatuses: readonly ConfigurationStatus[];
  readonly effect: string;
  readonly onFailure: string;
  /** Answers beside OK, the two INVALID_CONNECTOR codes that a guard makes, and UNKNOWN_ERROR. */
  readonly answers: readonly ResponseCode[];
}

const any = configurationStatuses;
const notFinalized = ['INSTALLED', 'PREREQUISITES_DONE', 'CONFIGURED', 'CONNECTED'] as const;
const prerequisites = {
  statuses: ['CONFIGURING'],
  configurationStatuses: notFinalized,
  effect: 'PREREQUISITES_DONE unless already further',
  onFailure: 'unchanged',
} as const;

/** The procedures of a connection, in the order of its life. */
export const procedures = {
  install: {
    statuses: [null],
    configurationStatuses: any,
    effect: 'CONFIGURING / INSTALLED',
    onFailure: 'nothing is made',
    answers: ['INVALID_INPUT'],
  },
  updatePrerequisite: {
    ...prerequisites,
    effect: 'marked; PREREQUISITES_DONE with the last one, unless already further',
    answers: ['PREREQUISITE_NOT_FOUND', 'INVALID_INPUT'],
  },
  markAllPrerequisitesDone: { ...prerequisites, answers: [] },
  completePrerequisitesStep: { ...prerequisites, answers: [] },
  configureConnector: {
    statuses: ['CONFIGURING'],
    configurationStatuses: notFinalized,
    effect: 'CONFIGURED unless already further',
    onFailure: 'unchanged',
    answers: ['INVALID_INPUT', 'POOL_INACCESSIBLE'],
  },
  setConnectionConfiguration: {
    statuses: ['CONFIGURING'],
    configurationStatuses: ['CONFIGURED', 'CONNECTED'],
    effect:
      'credentials: saved, tested, CONNECTED; OAuth: opens the session in 6, answers with the consent link, 9 makes it CONNECTED',
    onFailure: 'saved, status unchanged',
    answers: ['INVALID_INPUT', 'CONNECTION_TEST_FAILED'],
  },
  finalizeConfiguration: {
    statuses: ['CONFIGURING'],
    configurationStatuses: ['CONNECTED'],
    effect:
      'validated, STARTED / FINALIZED, schedules on, the session in 9 goes on; no resource enabled is refused',
    onFailure: 'unchanged',
    answers: ['INVALID_INPUT', 'CONNECTION_TEST_FAILED', 'ROLLED_BACK'],
  },
  resetConfiguration: {
    statuses: ['CONFIGURING'],
    configurationStatuses: notFinalized,
    effect:
      'CONFIGURING / INSTALLED; an open session closes (6 to 20, 9 to 8, CONFIGURATION_RESET), grant revoked',
    onFailure: 'unchanged',
    answers: [],
  },
  pause: {
    statuses: ['STARTED', 'PAUSING'],
    configurationStatuses: any,
    effect: 'PAUSING, running work stops at a batch border, schedules paused, PAUSED',
    onFailure: 'callback asks for roll-back: STARTED; anything else: ERROR',
    answers: ['ROLLED_BACK'],
  },
  resume: {
    statuses: ['PAUSED', 'STARTING'],
    configurationStatuses: any,
    effect: 'STARTING, schedules resumed, STARTED',
    onFailure: 'callback asks for roll-back: PAUSED; anything else: ERROR',
    answers: ['ROLLED_BACK'],
  },
  updateConnectionConfiguration: {
    statuses: ['PAUSED'],
    configurationStatuses: any,
    effect: 'draft validated and tested first, then saved and tested; stays PAUSED',
    onFailure: 'nothing saved',
    answers: ['INVALID_INPUT', 'CONNECTION_TEST_FAILED'],
  },
  updatePool: {
    statuses: ['PAUSED'],
    configurationStatuses: any,
    effect: 'validated (exists, live workers, not the same), saved',
    onFailure: 'unchanged',
    answers: ['INVALID_INPUT', 'POOL_ALREADY_USED', 'POOL_INACCESSIBLE'],
  },
  updateSettings: {
    statuses: ['STARTED', 'PAUSED'],
    configurationStatuses: any,
    effect: 'plan first; from the next session on',
    onFailure: 'unchanged',
    answers: ['INVALID_INPUT'],
  },
  updateResource: {
    statuses: ['CONFIGURING', 'STARTED', 'PAUSED'],
    configurationStatuses: notFinalized,
    effect:
      'a resource or one of its ingestion configurations added, changed, enabled, disabled or removed; cursors stay; schedules follow',
    onFailure: 'unchanged',
    answers: ['INVALID_INPUT'],
  },
  reauthorize: {
    statuses: ['STARTED', 'PAUSED'],
    configurationStatuses: any,
    effect: 'a new session in 6 on the same connection, data and cursors',
    onFailure: 'the session ends in 7',
    answers: [],
  },
  recover: {
    statuses: ['ERROR', 'STARTING', 'PAUSING'],
    configurationStatuses: any,
    effect: 'takes over a hanging procedure; STARTED or PAUSED as asked, forced, with who and why',
    onFailure: 'unchanged',
    answers: ['INVALID_INPUT', 'INVALID_NEW_STATUS'],
  },
  disconnect: {
    statuses: ['CONFIGURING', 'STARTING', 'STARTED', 'PAUSING', 'PAUSED', 'ERROR'],
    configurationStatuses: any,
    effect:
      'work stopped, grant revoked (a failure is recorded, not fatal), data purged, receipt, DISCONNECTED',
    onFailure: 'can be repeated',
    answers: ['INVALID_INPUT'],
  },
  connectAgain: {
    statuses: ['DISCONNECTED'],
    configurationStatuses: any,
    effect: 'CONFIGURING / INSTALLED of the next generation, old settings as defaults, credentials never',
    onFailure: 'unchanged',
    answers: [],
  },
  getStatus: {
    statuses: ['CONFIGURING', 'STARTING', 'STARTED', 'PAUSING', 'PAUSED', 'ERROR', 'DISCONNECTED'],
    configurationStatuses: any,
    effect: 'the true status, and reportedStatus with the view of document 002',
    onFailure: 'nothing changes',
    answers: [],
  },
} as const satisfies Record<string, Procedure>;

export type ProcedureName = keyof typeof procedures;

/** The answer of a guard, or of a whole procedure. */
export interface ProcedureAnswer {
  readonly responseCode: ResponseCode;
  readonly message: string;
}

/** Where a connection stands; `status: null` means that there is none. */
export interface ConnectionPosition {
  readonly status: ConnectionStatus | null;
  readonly configurationStatus: ConfigurationStatus;
}

/** Whether a procedure may be called. Pure; asked before the first status write. A refusal names expected and current. */
export function guardProcedure(name: ProcedureName, position: ConnectionPosition): ProcedureAnswer {
  const { statuses, configurationStatuses: expected }: Procedure = procedures[name];
  const { status, configurationStatus } = position;
  if (!statuses.includes(status)) {
    const message = `Expected status ${statuses.map(named).join(' or ')}, current is ${named(status)}.`;
    return { responseCode: 'INVALID_CONNECTOR_STATUS', message };
  }
  if (status === 'CONFIGURING' && !expected.includes(configurationStatus)) {
    const message = `Expected configuration status ${expected.join(' or ')}, current is ${configurationStatus}.`;
    return { responseCode: 'INVALID_CONNECTOR_CONFIGURATION_STATUS', message };
  }
  return { responseCode: 'OK', message: `${name} is possible.` };
}

const named = (status: ConnectionStatus | null) => status ?? 'none';
