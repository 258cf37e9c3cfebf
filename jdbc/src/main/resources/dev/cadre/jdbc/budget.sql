-- The tables of shared budgets, for PostgreSQL and H2. Running it again changes nothing.
CREATE TABLE IF NOT EXISTS cadre_schema (
  part VARCHAR(40) PRIMARY KEY,
  version INTEGER NOT NULL
);

-- The first six columns are for administrators, the others for the library alone. All money is exact, in US dollars.
CREATE TABLE IF NOT EXISTS cadre_budget (
  name VARCHAR(200) PRIMARY KEY,
  parent VARCHAR(200) REFERENCES cadre_budget (name),
  limit_usd NUMERIC(19, 12) NOT NULL CHECK (limit_usd BETWEEN 0 AND 9223372.036854775807),
  time_window VARCHAR(5) DEFAULT 'NONE' NOT NULL CHECK (time_window IN ('NONE', 'DAY', 'MONTH')),
  alert_percent INTEGER DEFAULT 80 NOT NULL CHECK (alert_percent BETWEEN 1 AND 100),
  breached BOOLEAN DEFAULT FALSE NOT NULL,
  window_start DATE DEFAULT DATE '1970-01-01' NOT NULL,
  settled_usd NUMERIC(19, 12) DEFAULT 0 NOT NULL,
  forfeited_usd NUMERIC(19, 12) DEFAULT 0 NOT NULL,
  held_usd NUMERIC(19, 12) DEFAULT 0 NOT NULL,
  set_aside_usd NUMERIC(19, 12) DEFAULT 0 NOT NULL
);

-- One row for each process that has a budget open, and each budget of the chain.
CREATE TABLE IF NOT EXISTS cadre_budget_lease (
  holder VARCHAR(40) NOT NULL,
  budget VARCHAR(200) NOT NULL REFERENCES cadre_budget (name) ON DELETE CASCADE,
  outermost VARCHAR(200) NOT NULL,
  sequence BIGINT NOT NULL,
  settled_usd NUMERIC(19, 12) NOT NULL,
  forfeited_usd NUMERIC(19, 12) NOT NULL,
  overruns BIGINT NOT NULL,
  held_usd NUMERIC(19, 12) NOT NULL,
  set_aside_usd NUMERIC(19, 12) NOT NULL,
  renewed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  window_start DATE NOT NULL,
  counted_settled_usd NUMERIC(19, 12) NOT NULL,
  counted_forfeited_usd NUMERIC(19, 12) NOT NULL,
  lost_usd NUMERIC(19, 12) NOT NULL,
  prepaid_usd NUMERIC(19, 12) NOT NULL,
  PRIMARY KEY (holder, budget)
);

CREATE INDEX IF NOT EXISTS cadre_budget_lease_due ON cadre_budget_lease (outermost, expires_at);

-- What was spent in windows that are over.
CREATE TABLE IF NOT EXISTS cadre_budget_history (
  budget VARCHAR(200) NOT NULL,
  window_start DATE NOT NULL,
  limit_usd NUMERIC(19, 12) NOT NULL,
  settled_usd NUMERIC(19, 12) NOT NULL,
  forfeited_usd NUMERIC(19, 12) NOT NULL
);

CREATE OR REPLACE VIEW cadre_budget_status AS
SELECT name, parent, limit_usd, time_window, window_start,
  settled_usd + forfeited_usd AS spent_usd,
  forfeited_usd,
  held_usd,
  set_aside_usd,
  CASE WHEN breached THEN 0 ELSE GREATEST(limit_usd - settled_usd - forfeited_usd - held_usd, 0) END AS free_usd,
  breached
FROM cadre_budget;

CREATE OR REPLACE VIEW cadre_budget_holder AS
SELECT budget, holder, held_usd,
  set_aside_usd,
  settled_usd + forfeited_usd AS spent_usd,
  lost_usd,
  expires_at,
  held_usd > 0 AND expires_at < CURRENT_TIMESTAMP AS is_overdue
FROM cadre_budget_lease;

INSERT INTO cadre_schema (part, version)
SELECT 'budget', 1 WHERE NOT EXISTS (SELECT 1 FROM cadre_schema WHERE part = 'budget');
