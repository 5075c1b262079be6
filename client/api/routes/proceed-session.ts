import { callRoute } from '../call.ts';

/** Goes on to load when the connection is finalized. */
export const proceedSession = callRoute('proceed', 'Let a session in Authorized (9) look again');
