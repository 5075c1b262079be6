import { accounts } from './orders.ts';

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The consent page: a plain form with `account` and `decision` (approve or deny). */
export function consentPage(clientId: string): string {
  const choices = accounts
    .map(
      ({ id, name }, i) =>
        `<label><input type="radio" name="account" value="${id}"${i === 0 ? ' checked' : ''}> ${name}</label><br>`,
    )
    .join('\n');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Storefront: share your data?</title>
<style>body{font:16px/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.4rem 1rem;margin-right:.5rem}</style>
<h1>Share your data?</h1>
<p><strong>${escapeHtml(clientId)}</strong> asks to read the order lines of your company.</p>
<form method="post">
<fieldset><legend>Which company are you?</legend>
${choices}
</fieldset>
<p><button name="decision" value="approve">Approve</button><button name="decision" value="deny">Deny</button></p>
</form>
</html>
`;
}

/** What some proxies send instead of JSON. */
export const maintenancePage =
  '<!doctype html><html><title>Maintenance</title><h1>We will be back soon</h1></html>\n';
