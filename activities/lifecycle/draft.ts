import type { ProcedureRef } from '../contracts.ts';

/** Inbox entry that holds the credentials of a procedure, sealed, until it has ended. */
export const draftId = ({ connectionId, number }: ProcedureRef): string => `draft/${connectionId}/${number}`;
