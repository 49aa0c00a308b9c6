#!/usr/bin/python3
"""A small S3 that checks every signature by an implementation of its own, with faults on demand.

    s3_server.py FOLDER

Objects are files FOLDER/bucket/key. Writes its port to FOLDER/port once it listens on loopback, and
one line a request to FOLDER/log. Access key "key", secret "secret", session token "token" where one
is sent; region eu-test-1, which bucket "elsewhere" is not in. What comes before the first '/' of a
key may ask for a fault:
  flaky      every other read breaks off half-way, the first included
  cut        all reads break off after a hundred bytes of the object
  busy       the first two requests get status 503
  denied     status 403
  changing   has another ETag at each read
"""
import collections
import datetime
import hashlib
import hmac
import http.server
import pathlib
import re
import sys
import urllib.parse

KEY, SECRET, TOKEN, REGION = "key", "secret", "token", "eu-test-1"
ROOT = pathlib.Path(sys.argv[1])
UPLOADS = {}
COUNTS = collections.Counter()


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_fault(handler, body):
    """Why the Authorization header is wrong, or None."""
    given = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, "
        r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
        handler.headers.get("Authorization", ""))
    if not given:
        return "AccessDenied"
    access, day, region, names, signature = given.groups()
    headers, time = handler.headers, handler.headers.get("x-amz-date", "")
    if access != KEY:
        return "InvalidAccessKeyId"
    if headers.get("x-amz-security-token", TOKEN) != TOKEN:
        return "InvalidToken"
    signed = names.split(";")
    needed = {"host"} | {n.lower() for n in headers if n.lower().startswith("x-amz-")}
    if not needed <= set(signed) or signed != sorted(signed):
        return "AccessDenied"
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    sent = datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ")
    if abs((now - sent).total_seconds()) > 900 or day != time[:8]:
        return "RequestTimeTooSkewed"
    if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    path, _, query = handler.path.partition("?")
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    quoted = sorted((urllib.parse.quote(k, safe="-_.~"), urllib.parse.quote(v, safe="-_.~"))
                    for k, v in pairs)
    request = "\n".join([
        handler.command, urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"),
        "&".join(f"{k}={v}" for k, v in quoted),
        *(f"{n}:{' '.join(headers[n].split())}" for n in signed), "", names,
        headers["x-amz-content-sha256"]])
    text = "\n".join(["AWS4-HMAC-SHA256", time, f"{day}/{region}/s3/aws4_request",
                      hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{SECRET}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = digest(key, part)
    return None if digest(key, text).hex() == signature else "SignatureDoesNotMatch"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, status, body=b"", headers=(), sent=None):
        """`sent` of the body's bytes, then the connection breaks; all of them by default."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if sent is None else body[:sent])
        if sent is not None:
            self.close_connection = True

    def fault(self, status, code, more=""):
        text = f"<Error><Code>{code}</Code><Message>no</Message>{more}</Error>"
        self.answer(status, text.encode())

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with open(ROOT / "log", "a", encoding="utf-8") as log:
            print(self.command, self.path, self.headers.get("Range", ""), file=log)
        path, _, query = self.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        bucket, _, self.key = urllib.parse.unquote(path).lstrip("/").partition("/")
        self.file = ROOT / bucket / self.key
        self.kind = self.key.split("/")[0]
        COUNTS[self.path, self.headers.get("Range")] += 1
        code = signature_fault(self, body)
        region = self.headers.get("Authorization", "///").split("/")[2]
        if code:
            return self.fault(403, code)
        if bucket == "elsewhere" or region != REGION:
            where = "us-other-2" if bucket == "elsewhere" else REGION
            return self.fault(301 if bucket == "elsewhere" else 400, "PermanentRedirect",
                              f"<Region>{where}</Region>")
        if not (ROOT / bucket).is_dir():
            return self.fault(404, "NoSuchBucket")
        if self.kind == "denied":
            return self.fault(403, "AccessDenied")
        if self.kind == "busy" and COUNTS[self.path, self.headers.get("Range")] <= 2:
            return self.fault(503, "SlowDown")
        return getattr(self, self.command.lower())(bucket, body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def head(self, _bucket, _body):
        if not self.file.is_file():
            return self.answer(404)
        return self.answer(200, headers=[("Content-Length", str(self.file.stat().st_size))])

    def get(self, bucket, _body):
        if not self.key:
            return self.listing(bucket)
        if not self.file.is_file():
            return self.fault(404, "NoSuchKey")
        data = self.file.read_bytes()
        tag = '"%s"' % hashlib.md5(data).hexdigest()
        if self.kind == "changing":
            COUNTS["tag"] += 1
            tag = '"%d"' % COUNTS["tag"]
        if self.headers.get("If-Match", tag) != tag:
            return self.fault(412, "PreconditionFailed")
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        if first >= len(data):
            return self.fault(416, "InvalidRange")
        part = data[first:last + 1]
        headers = [("ETag", tag),
                   ("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(data)}")]
        COUNTS["reads"] += 1
        sent = None
        if self.kind == "flaky" and COUNTS["reads"] % 2 == 1:
            sent = (len(part) + 1) // 2 - 1
        if self.kind == "cut":
            sent = max(0, 100 - first)
        return self.answer(206, part, headers, sent)

    def listing(self, bucket):
        """Two keys a page."""
        prefix, begin = self.query["prefix"], int(self.query.get("continuation-token", "0"))
        names = sorted(p.relative_to(ROOT / bucket).as_posix()
                       for p in (ROOT / bucket).rglob("*") if p.is_file())
        names = [n for n in names if n.startswith(prefix)]
        keys = "".join(f"<Contents><Key>{urllib.parse.quote(n)}</Key></Contents>"
                       for n in names[begin:begin + 2])
        more = len(names) > begin + 2
        self.answer(200, ("<ListBucketResult><EncodingType>url</EncodingType>"
                          f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>"
                          f"<NextContinuationToken>{begin + 2}</NextContinuationToken>{keys}"
                          "</ListBucketResult>").encode())

    def put(self, _bucket, body):
        tag = '"%s"' % hashlib.md5(body).hexdigest()
        if "uploadId" in self.query:
            UPLOADS[self.query["uploadId"]][int(self.query["partNumber"])] = (tag, body)
        else:
            self.store(body)
        self.answer(200, headers=[("ETag", tag)])

    def post(self, _bucket, body):
        if "uploads" in self.query:
            name = f"upload-{len(UPLOADS)}"
            UPLOADS[name] = {}
            return self.answer(200, f"<R><UploadId>{name}</UploadId></R>".encode())
        parts = UPLOADS.pop(self.query["uploadId"])
        told = re.findall(r"<PartNumber>(\d+)</PartNumber><ETag>&quot;(\w+)&quot;</ETag>",
                          body.decode())
        if [(int(n), f'"{t}"') for n, t in told] != [(n, t) for n, (t, _) in sorted(parts.items())]:
            return self.fault(400, "InvalidPart")
        if any(len(data) < 5 << 20 for _, (_, data) in sorted(parts.items())[:-1]):
            return self.fault(400, "EntityTooSmall")
        self.store(b"".join(data for _, (_, data) in sorted(parts.items())))
        return self.answer(200, b"<CompleteMultipartUploadResult/>")

    def delete(self, _bucket, _body):
        if "uploadId" in self.query:
            UPLOADS.pop(self.query["uploadId"], None)
        elif self.file.is_file():
            self.file.unlink()
        self.answer(204)

    def store(self, body):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(body)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    waiting = ROOT / "port.new"
    waiting.write_text(str(server.server_port))
    waiting.rename(ROOT / "port")
    server.serve_forever()


if __name__ == "__main__":
    main()
