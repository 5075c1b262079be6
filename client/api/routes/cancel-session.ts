import { callRoute } from '../call.ts';

/** Work stops at a batch border; a session in an error status closes. */
export const cancelSession = callRoute(
  'cancel',
  'Cancel the work of a session, or close it in its error status',
);
