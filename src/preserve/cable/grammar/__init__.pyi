from .body import ParsedBody as ParsedBody, read_body as read_body
