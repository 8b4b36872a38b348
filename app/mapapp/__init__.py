"""What the pages of the map app are made of; every number comes from routeopt."""
