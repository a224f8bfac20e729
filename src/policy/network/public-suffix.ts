// Second-level labels that country registries sell names under (co.uk, com.br, gov.in, …). With a two-letter country
// code behind them they are suffixes in every registry that uses them, which saves a list of thousands.
const REGISTRY_LABELS = new Set(
  "ac asn biz co com edu ed firm gen go gob gov gub govt id ind info int ltd me mil mus name ne net nhs nic nom or org plc press pro sch school web".split(
    " ",
  ),
);

// Suffixes under which strangers get names of their own: a wildcard over one would reach whoever signs up.
const SHARED_HOSTING = new Set(
  `amazonaws.com amplifyapp.com bubbleapps.io csb.app dedyn.io deno.net myfritz.net streamlit.app synology.me translate.goog ts.net val.run appspot.com awsapprunner.com azureedge.net azurefd.net azurestaticapps.net
  azurewebsites.net b-cdn.net backblazeb2.com bitbucket.io blogspot.com blob.core.windows.net cloudapp.azure.com
  cloudapp.net cloudflare.net cloudfront.net codeberg.page ddns.net deno.dev digitaloceanspaces.com duckdns.org
  dyndns.org edgeone.app fastly.net firebaseapp.com fly.dev framer.app github.dev github.io gitlab.io gitpod.io glitch.me
  hf.space herokuapp.com hopto.org ipfs.dweb.link ipfs.io loca.lt localhost.run lovable.app lhr.life myshopify.com
  neocities.org netlify.app ngrok-free.app ngrok-free.dev ngrok.app ngrok.dev ngrok.io no-ip.org nip.io
  ondigitalocean.app onrender.com oastify.com oast.fun oast.live oast.me oast.online oast.pro oast.site pages.dev
  pipedream.net r2.dev railway.app replit.app replit.dev repl.co run.app serveo.net sslip.io supabase.co surge.sh
  a.run.app trycloudflare.com up.railway.app vercel.app web.app webflow.io windows.net wixsite.com wordpress.com
  workers.dev xip.io burpcollaborator.net requestbin.net webhook.site zapto.org core.windows.net
  s3.amazonaws.com elb.amazonaws.com execute-api.amazonaws.com storage.googleapis.com cloudfunctions.net`
    .trim()
    .split(/\s+/u),
);

/** True for `s3.<region>.amazonaws.com` and its kin: the bucket is the label in front. */
function isRegionalBucket(name: string): boolean {
  if (/^[a-z0-9-]+\.elasticbeanstalk\.com$/u.test(name)) return true;
  return /(?:^|\.)(?:s3|s3-website|elb|execute-api|lambda-url)[.-][a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/u.test(
    name,
  );
}

/**
 * True when strangers can register names directly under `name`, so `*.name` would reach hosts that nobody meant. A
 * judgement, not the public suffix list: single labels, registry labels under a country code, and well-known shared
 * hosting. `name` is canonical.
 */
export function isPublicSuffix(name: string): boolean {
  const labels = name.split(".");
  if (labels.length < 2 || SHARED_HOSTING.has(name) || isRegionalBucket(name)) return true;
  const [second = "", top = ""] = labels;
  return labels.length === 2 && /^[a-z]{2}$/u.test(top) && REGISTRY_LABELS.has(second);
}
