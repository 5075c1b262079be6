import { type ReasonCode, reasonFor } from '../../domain/reasons.ts';
import type { Outcome } from './outcome.ts';

const provider = 'This is not your fault: whoever sent you the link has to put it right first.';

/** What a reason says to the customer who authorizes. `{app}` is the app's name. */
const texts: Partial<Record<ReasonCode, string>> = {
  INVALID_CREDENTIALS: '{app} did not accept what was entered.',
  CONSENT_DENIED: 'You did not agree at {app}, so nothing was connected.',
  STATE_FORGED:
    'The answer of {app} does not belong to this link. Please answer in the browser you opened it in.',
  CODE_USED: 'The answer of {app} was used already or came too late.',
  ACCOUNT_MISMATCH:
    '{app} was authorized with another account than before. Please use the account that was connected first.',
  APP_NOT_SET_UP: `{app} is not set up yet. ${provider}`,
  ADDRESS_REFUSED: `The address of {app} cannot be asked. ${provider}`,
  TOKEN_ENDPOINT_FAILED: '{app} has a disturbance and did not confirm your answer. Please wait a little.',
  SOURCE_UNREACHABLE: '{app} could not be reached. Please wait a little.',
  AUTHORIZATION_TIMED_OUT: 'The page of {app} was opened but not answered in time.',
  LINK_EXPIRED: 'Nothing was answered while the link was valid.',
  CANCELED: 'The authorization was canceled.',
  WINDOW_OVER: 'The last try was not finished.',
};

/** Why it failed, in a sentence or two for the customer. */
export function failureText({ status, reason }: Extract<Outcome, { kind: 'failed' }>, app: string): string {
  const text = reason === null ? undefined : (texts[reason] ?? reasonFor(status, reason)?.meaning);
  return (text ?? 'It did not work.').replaceAll('{app}', app);
}
