"""Watching for misuse: rules as data over the access traces, alerts as rows.

    data/rules.yaml ─▶ rules ─▶ detection (one aggregate query a rule) ─▶ opening (alerts)
                                     ▲
    traffic (generated, misuses planted) ─▶ evaluation: precision and recall of each rule

Thresholds are ours: no national figure is published (docs/reference/differences.md). The pages of the officers are in
`national.pages`; nothing here knows them.
"""
