from __future__ import annotations
from dataclasses import dataclass
import numpy as np
from routeopt.problems.search import Incumbent
from routeopt.solvers.vrp.candidates import *
from routeopt.solvers.vrp.insertion import empty_plan, routes_of
from routeopt.solvers.vrp.stretches import prepare

def requests_of(i):
    """Return the requests of an instance."""
    paired=i.shipments.ravel()
    alone=np.setdiff1d(np.flatnonzero(i.group<0), np.concatenate([np.arange(i.depots),paired]))
    groups=[np.flatnonzero(i.group==g) for g in np.unique(i.group[i.group>=0])]
    lists=[[s] for s in alone]+[list(g) for g in groups]+[[a] for a in i.shipments[:,0]]
    offsets=np.concatenate([[0],np.cumsum([len(l) for l in lists])]).astype(np.int64)
    stops=np.array([s for l in lists for s in l],np.int64)
    q=len(lists)
    delivery=np.full(q,-1); delivery[q-len(i.shipments):]=i.shipments[:,1]
    worth=i.prize[stops].copy()
    worth[len(stops)-len(i.shipments):]+=i.prize[i.shipments[:,1]]
    optional=np.isfinite(worth[offsets[:-1]])
    worth[~np.isfinite(worth)]=0
    return Requests(offsets,stops,delivery,worth,optional,np.zeros(q))

def new_table(q):
    return Table(np.zeros((q,KEPT)),np.zeros((q,KEPT,4),np.int64),np.zeros(q,np.int64),np.zeros(q,bool),np.zeros(q),np.zeros(q,np.int64),np.zeros(q,np.int64),np.zeros(q),np.arange(q),np.full(1,q))
def go(i, depth=3):
    task=prepare(i); plan=empty_plan(task); req=requests_of(i); t=new_table(len(req.delivery))
    fill(task,plan,req,t,depth)
    while advance(task,plan,req,t,depth,100000,np.zeros(1,np.uint8)): pass
    return plan, routes_of(plan)
