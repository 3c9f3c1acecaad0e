// Keeps the QA phone's page to itself: it can place calls and read text messages, so no other site a browser has
// open may ask it anything, nor show it in a frame, nor reach it under a name of its own.

import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** `livekit`: where the page may connect to beside its own server, as a WebSocket URL. */
export function pageHeaders(livekit: string): MiddlewareHandler {
  const self = "'self'";
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [self],
      // Mermaid styles each drawing by a style element of its own.
      styleSrc: [self, "'unsafe-inline'"],
      imgSrc: [self, 'data:'],
      mediaSrc: [self, 'blob:'],
      connectSrc: [self, livekit, livekit.replace(/^ws/, 'http')],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    permissionsPolicy: { microphone: [], camera: [], geolocation: [] },
    // Loopback has no certificate.
    strictTransportSecurity: false,
  });
}

/** Answers 403 to whoever asks by another name, or on behalf of another site. `port`: ours, once it is known. */
export function ownOnly(port: () => number): MiddlewareHandler {
  return async (c, next) => {
    const names = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    const host = c.req.header('host') ?? '';
    if (!names.includes(host)) return c.text(`this page is at http://${names[0]} only`, 403);
    const origin = c.req.header('origin');
    const isOwn = origin === undefined || origin === `http://${host}`;
    // A link from elsewhere may open the page, and nothing else.
    const site = c.req.header('sec-fetch-site') ?? 'none';
    const isAsked = site === 'same-origin' || site === 'none' || c.req.path === '/';
    if (!isOwn || !isAsked) return c.text('other sites may ask nothing here', 403);
    if (
      c.req.method === 'POST' &&
      !/^application\/json\b/.test(c.req.header('content-type') ?? '')
    ) {
      return c.text('ask in JSON', 415);
    }
    return await next();
  };
}
