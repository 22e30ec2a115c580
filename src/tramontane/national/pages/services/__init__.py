"""What people do on the pages. Each service writes its effect and its `Act` in one transaction, or refuses and says why."""
