import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import {
  type Actor,
  type CallAnswer,
  type CallRequest,
  type DisconnectRequest,
  sessionMessages as messages,
  searchAttributeNames as names,
  type ScopeRequest,
  type SessionProgress,
  type SessionView,
} from '../domain/contracts.ts';
import type { HoldRequest } from '../domain/lifecycle.ts';
import {
  type SyncCancel,
  type SyncCanceled,
  type SyncPause,
  type SyncStart,
  syncMessages,
} from '../domain/sync-contracts.ts';

/** What the session workflow takes, typed (domain/contracts.ts says what each is for). */
export const tell = defineSignal<[Actor]>(messages.tell);
export const tick = defineSignal<[ScopeRequest]>(messages.tick);
export const hold = defineSignal<[HoldRequest?]>(messages.hold);
export const release = defineSignal(messages.release);
export const slotsFree = defineSignal(messages.slotsFree);
export const resetConfiguration = defineSignal<[Actor]>(messages.resetConfiguration);
export const disconnect = defineSignal<[DisconnectRequest]>(messages.disconnect);
export const sessionEnded = defineSignal<[string | null]>(messages.sessionEnded);
export const sessionHeld = defineSignal<[number]>(messages.sessionHeld);

export const retry = defineUpdate<CallAnswer, [CallRequest]>(messages.retry);
export const cancel = defineUpdate<CallAnswer, [CallRequest]>(messages.cancel);
export const skip = defineUpdate<CallAnswer, [CallRequest]>(messages.skip);
export const proceed = defineUpdate<CallAnswer, [CallRequest]>(messages.proceed);

export const status = defineQuery<SessionView>(messages.status);
export const progress = defineQuery<SessionProgress>(messages.progress);

/** What a sync run takes (domain/sync-contracts.ts). */
export const syncAgain = defineSignal<[SyncStart]>(syncMessages.again);
export const pauseSyncRun = defineSignal<[SyncPause]>(syncMessages.pause);
export const destinationSlot = defineSignal(syncMessages.slot);
export const cancelSyncRun = defineUpdate<SyncCanceled, [SyncCancel]>(syncMessages.cancel);

/** What the engine can be searched by. Ids and codes only. */
export const searchAttributes = {
  sessionStatus: defineSearchAttributeKey(names.sessionStatus, SearchAttributeType.KEYWORD),
  sessionCode: defineSearchAttributeKey(names.sessionCode, SearchAttributeType.INT),
  connectionId: defineSearchAttributeKey(names.connectionId, SearchAttributeType.KEYWORD),
  company: defineSearchAttributeKey(names.company, SearchAttributeType.KEYWORD),
  app: defineSearchAttributeKey(names.app, SearchAttributeType.KEYWORD),
} as const;
