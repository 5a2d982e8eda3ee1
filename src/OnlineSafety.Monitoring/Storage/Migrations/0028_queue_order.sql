-- The queue in the order in which it is shown: what waits before what somebody has, the gravest first, and of those the one whose clock began first. A page of
-- fifty is then read from its place and not sorted out of all that is open, however long the queue is.
CREATE INDEX alert_queue ON alert (school_id, (state <> 'new'), (-severity), COALESCE(renewed_at, raised_at), number) WHERE state <> 'resolved';
