package dev.roosthold.relay.audit;

import dev.roosthold.protocol.AccountId;
import dev.roosthold.protocol.audit.AuditEntry;
import dev.roosthold.protocol.audit.AuditPage;
import dev.roosthold.relay.http.Fields;
import dev.roosthold.relay.http.Request;
import dev.roosthold.relay.http.Response;
import dev.roosthold.relay.http.Routes;
import dev.roosthold.relay.store.Store;
import java.util.List;

/// `GET /v1/web/audit?before=&limit=`: what was done in the caller's account, newest first.
///
/// `before` is the number of an entry of this account, 1 or more; `limit` is 1 to 200, 50 when
/// absent. The answer is an [AuditPage].
public final class AuditRoutes {
    private static final int MAX_PAGE = 200;
    private static final int USUAL_PAGE = 50;

    private final Store store;

    public AuditRoutes(Store store) {
        this.store = store;
    }

    public void register(Routes routes) {
        routes.accountBearer("GET", "/v1/web/audit", this::page);
    }

    private Response page(Request request) {
        var fields = Fields.query(request);
        long before = fields.optionalInteger("before", 1, Long.MAX_VALUE).orElse(Long.MAX_VALUE);
        int limit = fields.limit("limit", MAX_PAGE, USUAL_PAGE);
        fields.check();
        AccountId account = request.requireCaller().account();
        List<AuditEntry> found =
                store.readNow(sql -> AuditTable.ofAccount(sql, account, before, limit + 1)).stream()
                        .map(AuditRoutes::shown)
                        .toList();
        if (found.size() <= limit) {
            return Response.ok(new AuditPage(found, null));
        }
        List<AuditEntry> page = found.subList(0, limit);
        return Response.ok(new AuditPage(page, page.getLast().number()));
    }

    private static AuditEntry shown(Entry entry) {
        return new AuditEntry(
                entry.accountNumber() == null ? 0 : entry.accountNumber(),
                entry.at(),
                entry.kind(),
                entry.device(),
                entry.address(),
                entry.detailFields(),
                entry.hash());
    }
}
