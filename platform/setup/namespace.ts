import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { TributaryError } from '../../domain/errors.ts';

/** The type of a search attribute, as the engine calls it. */
export type SearchAttributeKind = 'Keyword' | 'Int' | 'Datetime' | 'Bool' | 'Double' | 'Text' | 'KeywordList';

/** What the workflows of Tributary can be found by: ids and codes only. */
export const searchAttributes: Readonly<Record<string, SearchAttributeKind>> = {
  SessionStatus: 'Keyword',
  SessionCode: 'Int',
  ConnectionId: 'Keyword',
  Company: 'Keyword',
  App: 'Keyword',
};

/** How long closed workflows can be looked at. */
export const retentionDays = 30;

/** How a namespace should be. */
export interface NamespaceOptions {
  readonly namespace: string;
  readonly retentionDays: number;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeKind>>;
}

const { IndexedValueType } = proto.temporal.api.enums.v1;
const kinds: Readonly<Record<SearchAttributeKind, proto.temporal.api.enums.v1.IndexedValueType>> = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Text: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
  KeywordList: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

const grpcNotFound = 5;
const grpcAlreadyExists = 6;
const usableWithinMs = 60_000;

const hasCode = (error: unknown, code: number): boolean => isGrpcServiceError(error) && error.code === code;

/**
 * Makes the namespace with its retention and search attributes, or corrects the one that is there. Safe to repeat.
 * Returns when workflows can be started in it.
 * @throws {TributaryError} ENGINE_UNAVAILABLE if it is not usable after a minute
 */
export async function setUpNamespace(connection: Connection, options: NamespaceOptions): Promise<void> {
  const { namespace } = options;
  const workflowExecutionRetentionTtl = msToTs(options.retentionDays * 86_400_000);
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl },
    });
  } catch (error) {
    if (!hasCode(error, grpcNotFound)) throw error;
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: workflowExecutionRetentionTtl })
      .catch((again: unknown) => {
        if (!hasCode(again, grpcAlreadyExists)) throw again;
      });
  }
  await untilUsable(namespace, () => addSearchAttributes(connection, options));
  await untilUsable(namespace, async () => {
    const query = Object.keys(options.searchAttributes)
      .map((name) => `${name} IS NULL`)
      .join(' AND ');
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
  });
}

async function addSearchAttributes(connection: Connection, options: NamespaceOptions): Promise<void> {
  const { namespace } = options;
  const there = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(options.searchAttributes).filter(
    ([name]) => !(name in (there.customAttributes ?? {})),
  );
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(([name, kind]) => [name, kinds[kind]])),
  });
}

/** The parts of a server learn of a namespace and its search attributes one after the other, within seconds. */
async function untilUsable(namespace: string, work: () => Promise<void>): Promise<void> {
  const until = Date.now() + usableWithinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) {
        const message = `The namespace ${namespace} could not be set up: ${(error as Error).message}`;
        throw new TributaryError('ENGINE_UNAVAILABLE', message, {}, { cause: error });
      }
      await delay(500);
    }
  }
}
