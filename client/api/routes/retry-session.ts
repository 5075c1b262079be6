import { callRoute } from '../call.ts';

/** Goes on at the failed stage; what is finished is not repeated. A session that closed with its decision window continues in a new run. */
export const retrySession = callRoute('retry', 'Go on where a session failed');
