// A real OpenID provider (npm oidc-provider) with a password and, for who asks two factors, a TOTP code.
// Started by tests/support/real_providers.py with its parameters as one JSON argument; prints "ready PORT".
import crypto from 'node:crypto';
import { Provider } from 'oidc-provider';

const { port, redirectUri, logoutUri, clientId, clientSecret, people } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

// RFC 6238: SHA-1, 30 s, 6 digits.
function totp(secret, now = Date.now()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const digest = crypto.createHmac('sha1', Buffer.from(secret, 'hex')).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1000000).padStart(6, '0');
}

const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [redirectUri],
    backchannel_logout_uri: logoutUri,
    backchannel_logout_session_required: true,
    require_auth_time: true,
  }],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, claimsParameter: { enabled: true } },
  acrValues: ['eidas1', 'eidas2'],
  claims: { openid: ['sub', 'rpps', 'sid'], acr: null, amr: null, auth_time: null, iss: null, sid: null },
  conformIdTokenClaims: false,
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: [crypto.randomBytes(16).toString('hex')] },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, rpps: people[id].rpps }) },
  // Consent is the hospital's affair: its own client is granted at once.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(ctx.oidc.params.scope);
    grant.addOIDCClaims(['rpps', 'acr', 'amr']);
    await grant.save();
    return grant;
  },
});

async function form(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function interact(request, response) {
  await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.end('<form method="post"><input name="login"><input name="password"><input name="code"></form>');
    return;
  }
  const fields = await form(request);
  const person = people[fields.get('login')];
  const known = person && person.password === fields.get('password');
  const code = fields.get('code');
  if (!known || (code && code !== totp(person.secret))) {
    response.statusCode = 401;
    response.end('refused');
    return;
  }
  const evidence = code ? { acr: 'eidas2', amr: ['pwd', 'otp', 'mfa'] } : { acr: 'eidas1', amr: ['pwd'] };
  await provider.interactionFinished(request, response, { login: { accountId: fields.get('login'), ...evidence } });
}

const callback = provider.callback();
const { createServer } = await import('node:http');
createServer((request, response) => {
  const handled = request.url.startsWith('/interaction/') ? interact(request, response) : callback(request, response);
  Promise.resolve(handled).catch((error) => { response.statusCode = 500; response.end(String(error)); });
}).listen(port, '127.0.0.1', () => console.log(`ready ${port}`));
