"""What families type, by language. Read by `sms.grammar` and `sms.opt_out`; shown to nobody."""
