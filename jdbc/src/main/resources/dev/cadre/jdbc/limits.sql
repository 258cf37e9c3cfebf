-- The tables of rate limits that processes share, for PostgreSQL and H2. Running it again changes nothing.
CREATE TABLE IF NOT EXISTS cadre_schema (
  part VARCHAR(40) PRIMARY KEY,
  version INTEGER NOT NULL
);

-- All columns are for the library alone, and -1 is an unknown limit. The views are for administrators.
CREATE TABLE IF NOT EXISTS cadre_limit (
  name VARCHAR(200) PRIMARY KEY,
  reports BIGINT NOT NULL,
  requests_per_minute BIGINT NOT NULL,
  tokens_per_minute BIGINT NOT NULL,
  reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
  pauses BIGINT NOT NULL,
  paused_at TIMESTAMP WITH TIME ZONE NOT NULL,
  paused_until TIMESTAMP WITH TIME ZONE NOT NULL
);

-- One row for each pool that has a share, in parts per million.
CREATE TABLE IF NOT EXISTS cadre_limit_share (
  limit_name VARCHAR(200) NOT NULL REFERENCES cadre_limit (name) ON DELETE CASCADE,
  holder VARCHAR(40) NOT NULL,
  sequence BIGINT NOT NULL,
  share_ppm INTEGER NOT NULL,
  demand_ppm BIGINT NOT NULL,
  least_ppm INTEGER NOT NULL,
  lease_millis BIGINT NOT NULL,
  since TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (limit_name, holder)
);

CREATE OR REPLACE VIEW cadre_limit_status AS
SELECT name,
  NULLIF(requests_per_minute, -1) AS requests_per_minute,
  NULLIF(tokens_per_minute, -1) AS tokens_per_minute,
  CASE WHEN reports > 0 THEN reported_at END AS reported_at,
  CASE WHEN pauses > 0 THEN paused_until END AS paused_until,
  (SELECT COUNT(*) FROM cadre_limit_share WHERE limit_name = name) AS holders,
  (SELECT COALESCE(SUM(CAST(share_ppm AS NUMERIC(12, 4))), 0) / 10000 FROM cadre_limit_share WHERE limit_name = name)
    AS shared_percent
FROM cadre_limit;

CREATE OR REPLACE VIEW cadre_limit_holder AS
SELECT limit_name, holder,
  CAST(share_ppm AS NUMERIC(12, 4)) / 10000 AS share_percent,
  CAST(demand_ppm AS NUMERIC(24, 4)) / 10000 AS demand_percent,
  since,
  seen_at,
  lease_millis
FROM cadre_limit_share;

INSERT INTO cadre_schema (part, version)
SELECT 'limits', 1 WHERE NOT EXISTS (SELECT 1 FROM cadre_schema WHERE part = 'limits');
