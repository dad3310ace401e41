"""A mail server on loopback: TLS and a login, or it takes nothing.

Started as `smtp.py starttls|tls PORT CERTIFICATE KEY USER PASSWORD`, port 0 for
any. Says `ready PORT`, then `took JSON` for each message it has taken.
Wants Debian's python3-aiosmtpd.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Box:
    """Takes every message whose sender and recipient it understands."""

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk()
                 if not part.is_multipart()}
        told = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "from": message["from"],
            "to": message["to"],
            "subject": message["subject"],
            "id": message["message-id"],
            "type": message.get_content_type(),
            "plain": parts.get("text/plain"),
            "html": parts.get("text/html"),
            "tls": session.ssl is not None or implicit,
            "login": session.authenticated,
        }
        print("took", json.dumps(told), flush=True)
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and data.login == user and data.password == password
    return AuthResult(success=known)


def line():
    return SMTP(
        Box(),
        hostname="127.0.0.1",
        tls_context=None if implicit else context,
        require_starttls=not implicit,
        auth_required=True,
        auth_require_tls=not implicit,
        authenticator=check,
    )


async def serve():
    server = await asyncio.get_running_loop().create_server(
        line, "127.0.0.1", port, ssl=context if implicit else None
    )
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


kind, port, certificate, key, user, password = sys.argv[1:]
implicit, port = kind == "tls", int(port)
user, password = user.encode(), password.encode()
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
asyncio.run(serve())
