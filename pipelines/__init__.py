"""What joins the tools into jobs. Rule: a pipeline is a generator of events that returns its report."""
