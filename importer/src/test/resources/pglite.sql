--
-- PostgreSQL database dump
--


-- Dumped from database version 18.3
-- Dumped by pg_dump version 18.3

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: RelationshipStatus; Type: TYPE; Schema: public; Owner: postgres
--

CREATE TYPE public."RelationshipStatus" AS ENUM (
    'none',
    'requested',
    'pending',
    'friend',
    'rejected'
);


ALTER TYPE public."RelationshipStatus" OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Account; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."Account" (
    id text NOT NULL,
    "publicKey" text NOT NULL,
    seq integer DEFAULT 0 NOT NULL,
    "feedSeq" bigint DEFAULT 0 NOT NULL,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone NOT NULL,
    settings text,
    "settingsVersion" integer DEFAULT 0 NOT NULL,
    "githubUserId" text,
    "firstName" text,
    "lastName" text,
    username text,
    avatar jsonb
);


ALTER TABLE public."Account" OWNER TO postgres;

--
-- Name: Session; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."Session" (
    id text NOT NULL,
    tag text NOT NULL,
    "accountId" text NOT NULL,
    metadata text NOT NULL,
    "metadataVersion" integer DEFAULT 0 NOT NULL,
    "agentState" text,
    "agentStateVersion" integer DEFAULT 0 NOT NULL,
    "dataEncryptionKey" bytea,
    seq integer DEFAULT 0 NOT NULL,
    active boolean DEFAULT true NOT NULL,
    "lastActiveAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone NOT NULL
);


ALTER TABLE public."Session" OWNER TO postgres;

--
-- Name: SessionMessage; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."SessionMessage" (
    id text NOT NULL,
    "sessionId" text NOT NULL,
    "localId" text,
    seq integer NOT NULL,
    content jsonb NOT NULL,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone NOT NULL
);


ALTER TABLE public."SessionMessage" OWNER TO postgres;

--
-- Name: SimpleCache; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."SimpleCache" (
    id text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone NOT NULL
);


ALTER TABLE public."SimpleCache" OWNER TO postgres;

--
-- Name: UserKVStore; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."UserKVStore" (
    id text NOT NULL,
    "accountId" text NOT NULL,
    key text NOT NULL,
    value bytea,
    version integer DEFAULT 0 NOT NULL,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone NOT NULL
);


ALTER TABLE public."UserKVStore" OWNER TO postgres;

--
-- Name: UserRelationship; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public."UserRelationship" (
    "fromUserId" text NOT NULL,
    "toUserId" text NOT NULL,
    status public."RelationshipStatus" DEFAULT 'pending'::public."RelationshipStatus" NOT NULL,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone NOT NULL,
    "acceptedAt" timestamp(3) without time zone,
    "lastNotifiedAt" timestamp(3) without time zone
);


ALTER TABLE public."UserRelationship" OWNER TO postgres;

--
-- Data for Name: Account; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."Account" VALUES ('ada', 'KEYADA', 12, 0, '2026-01-02 03:04:05.678', '2026-01-02 03:04:06', 'it''s \ "quoted"
and more 🦉', 3, NULL, 'Zoë', NULL, NULL, '{"path": "a"}');
INSERT INTO public."Account" VALUES ('ben', 'KEYBEN', 0, 0, '2026-01-02 03:04:05.678', '2026-01-02 03:04:06', NULL, 0, NULL, NULL, NULL, NULL, NULL);


--
-- Data for Name: Session; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."Session" VALUES ('s1', 'work', 'ada', 'bWV0YQ==', 2, NULL, 0, '\x0001ff27', 3, true, '2026-01-02 03:04:05.678', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');


--
-- Data for Name: SessionMessage; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."SessionMessage" VALUES ('m1', 's1', 'l;--1', 1, '{"c": "bWVzc2FnZSAx", "t": "encrypted"}', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');
INSERT INTO public."SessionMessage" VALUES ('m2', 's1', NULL, 2, '{"c": "bWVzc2FnZSAy", "t": "encrypted"}', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');
INSERT INTO public."SessionMessage" VALUES ('m3', 's1', 'l;--3', 3, '{"c": "bWVzc2FnZSAz", "t": "encrypted"}', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');


--
-- Data for Name: SimpleCache; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."SimpleCache" VALUES ('c', 'k', 'x;''y', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');


--
-- Data for Name: UserKVStore; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."UserKVStore" VALUES ('k1', 'ada', 'key', '\x00ff', 4, '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');
INSERT INTO public."UserKVStore" VALUES ('k2', 'ada', 'gone', NULL, 7, '2026-01-02 03:04:05.678', '2026-01-02 03:04:06');


--
-- Data for Name: UserRelationship; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public."UserRelationship" VALUES ('ada', 'ben', 'friend', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06', '2026-01-02 03:04:06', NULL);
INSERT INTO public."UserRelationship" VALUES ('ben', 'ada', 'friend', '2026-01-02 03:04:05.678', '2026-01-02 03:04:06', '2026-01-02 03:04:06', NULL);


--
-- Name: Account Account_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."Account"
    ADD CONSTRAINT "Account_pkey" PRIMARY KEY (id);


--
-- Name: SessionMessage SessionMessage_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."SessionMessage"
    ADD CONSTRAINT "SessionMessage_pkey" PRIMARY KEY (id);


--
-- Name: Session Session_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."Session"
    ADD CONSTRAINT "Session_pkey" PRIMARY KEY (id);


--
-- Name: SimpleCache SimpleCache_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."SimpleCache"
    ADD CONSTRAINT "SimpleCache_pkey" PRIMARY KEY (id);


--
-- Name: UserKVStore UserKVStore_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."UserKVStore"
    ADD CONSTRAINT "UserKVStore_pkey" PRIMARY KEY (id);


--
-- Name: UserRelationship UserRelationship_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."UserRelationship"
    ADD CONSTRAINT "UserRelationship_pkey" PRIMARY KEY ("fromUserId", "toUserId");


--
-- Name: Account_publicKey_key; Type: INDEX; Schema: public; Owner: postgres
--

CREATE UNIQUE INDEX "Account_publicKey_key" ON public."Account" USING btree ("publicKey");


--
-- Name: SessionMessage SessionMessage_sessionId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."SessionMessage"
    ADD CONSTRAINT "SessionMessage_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES public."Session"(id);


--
-- Name: Session Session_accountId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public."Session"
    ADD CONSTRAINT "Session_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES public."Account"(id);


--
-- PostgreSQL database dump complete
--


