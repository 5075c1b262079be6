import { defineMachine } from './machine.ts';

export const connectionStatuses = [
  'CONFIGURING',
  'STARTING',
  'STARTED',
  'PAUSING',
  'PAUSED',
  'ERROR',
  'DISCONNECTED',
] as const;

/** The lifecycle status of a connection (document 002; DISCONNECTED is ours: the end of a generation). */
export type ConnectionStatus = (typeof connectionStatuses)[number];

/**
 * The lifecycle of a connection. Events that only confirm the present status (an updated setting, a
 * wizard step) are not in it: `procedures` says where those are allowed.
 * Fact `configurationConnected`: configurationStatus is CONNECTED. Fact `noResourceEnabled`: nothing to load.
 */
export const connectionMachine = defineMachine({
  name: 'connection',
  statuses: connectionStatuses,
  ends: [],
  transitions: [
    { from: [null], event: 'install', to: 'CONFIGURING' },
    {
      from: ['CONFIGURING'],
      event: 'finalize',
      to: 'STARTED',
      when: 'configurationConnected',
      unless: 'noResourceEnabled',
    },
    { from: ['CONFIGURING'], event: 'reset', to: 'CONFIGURING' },
    { from: ['STARTED', 'PAUSING'], event: 'pause', to: 'PAUSING' },
    { from: ['PAUSING'], event: 'paused', to: 'PAUSED' },
    { from: ['PAUSED', 'STARTING'], event: 'resume', to: 'STARTING' },
    { from: ['STARTING'], event: 'started', to: 'STARTED' },
    { from: ['PAUSING'], event: 'rollBack', to: 'STARTED' },
    { from: ['STARTING'], event: 'rollBack', to: 'PAUSED' },
    { from: ['PAUSING', 'STARTING'], event: 'fail', to: 'ERROR' },
    { from: ['ERROR', 'STARTING', 'PAUSING'], event: 'recoverToStarted', to: 'STARTED' },
    { from: ['ERROR', 'STARTING', 'PAUSING'], event: 'recoverToPaused', to: 'PAUSED' },
    {
      from: ['CONFIGURING', 'STARTING', 'STARTED', 'PAUSING', 'PAUSED', 'ERROR'],
      event: 'disconnect',
      to: 'DISCONNECTED',
    },
    { from: ['DISCONNECTED'], event: 'connectAgain', to: 'CONFIGURING' },
  ],
});

export type ConnectionEvent = (typeof connectionMachine.transitions)[number]['event'];

export const configurationStatuses = [
  'INSTALLED',
  'PREREQUISITES_DONE',
  'CONFIGURED',
  'CONNECTED',
  'FINALIZED',
] as const;

/** How far the wizard is, in order (document 002). Beyond CONFIGURING it stays FINALIZED. */
export type ConfigurationStatus = (typeof configurationStatuses)[number];

/**
 * The wizard of a connection. A step never takes back a later one; `reset` does.
 * Fact `noResourceEnabled`: finalizing is refused, there would be nothing to load.
 */
export const configurationMachine = defineMachine({
  name: 'connectionConfiguration',
  statuses: configurationStatuses,
  ends: [],
  transitions: [
    { from: [null], event: 'install', to: 'INSTALLED' },
    { from: ['INSTALLED', 'PREREQUISITES_DONE'], event: 'completePrerequisites', to: 'PREREQUISITES_DONE' },
    { from: ['CONFIGURED'], event: 'completePrerequisites', to: 'CONFIGURED' },
    { from: ['CONNECTED'], event: 'completePrerequisites', to: 'CONNECTED' },
    { from: ['INSTALLED', 'PREREQUISITES_DONE', 'CONFIGURED'], event: 'configure', to: 'CONFIGURED' },
    { from: ['CONNECTED'], event: 'configure', to: 'CONNECTED' },
    { from: ['CONFIGURED', 'CONNECTED'], event: 'connect', to: 'CONNECTED' },
    { from: ['CONNECTED'], event: 'finalize', to: 'FINALIZED', unless: 'noResourceEnabled' },
    { from: ['INSTALLED', 'PREREQUISITES_DONE', 'CONFIGURED', 'CONNECTED'], event: 'reset', to: 'INSTALLED' },
    {
      from: ['INSTALLED', 'PREREQUISITES_DONE', 'CONFIGURED', 'CONNECTED', 'FINALIZED'],
      event: 'connectAgain',
      to: 'INSTALLED',
    },
  ],
});

export type ConfigurationEvent = (typeof configurationMachine.transitions)[number]['event'];

/** Document 002's view of a status: while a procedure works, the status it started from. */
export function reportedStatus(status: ConnectionStatus): ConnectionStatus {
  if (status === 'PAUSING') return 'STARTED';
  if (status === 'STARTING') return 'PAUSED';
  return status;
}
