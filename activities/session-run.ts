import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  searchAttributeNames as names,
  type SessionDurations,
  type SessionInput,
  type SessionStart,
  sessionWorkflowId,
} from '../domain/contracts.ts';
import type { ConnectionDoc } from '../stores/model.ts';

/** What the engine has to know of a connection. */
export type ConnectionRef = Pick<ConnectionDoc, '_id' | 'company' | 'app'>;

/** What is the same for every session that is started from one place. */
export interface SessionRunSettings {
  /** Queue of the session workflows. */
  readonly taskQueue: string;
  /** Frozen into the run. */
  readonly durations: SessionDurations;
  /** Missing: the engine's default. */
  readonly workflowTaskTimeoutMs?: number | undefined;
}

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** By what the workflows of a connection are found in the engine. */
export const connectionAttributes = ({ _id, company, app }: ConnectionRef) => [
  { key: keyword(names.connectionId), value: _id },
  { key: keyword(names.company), value: company },
  { key: keyword(names.app), value: app },
];

/** How a run of the session workflow of a connection is started, whoever does it. */
export function sessionRunOf(
  connection: ConnectionRef,
  start: SessionStart,
  { taskQueue, durations, workflowTaskTimeoutMs }: SessionRunSettings,
) {
  const { _id, company, app } = connection;
  const input: SessionInput = { connectionId: _id, start, durations };
  return {
    workflowId: sessionWorkflowId(_id),
    taskQueue,
    args: [input],
    memo: { company, app, connectionId: _id },
    typedSearchAttributes: connectionAttributes(connection),
    staticSummary: `${_id}: data-sharing session`,
    priority: { fairnessKey: company },
    ...(workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeout: workflowTaskTimeoutMs }),
  };
}
